/* Maps pages and copies bytes to their edges; guard.h says what holds. */

/* mmap's MAP_ANONYMOUS is no part of C11 or POSIX. */
#define _DEFAULT_SOURCE

#include "guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void protect(char *base, size_t size, int protection)
{
    if (mprotect(base, size, protection) != 0) {
        check_abort("mprotect failed");
    }
}

guard guard_new(size_t capacity)
{
    const size_t page = page_size();
    const size_t rounded = (capacity / page + 1) * page;
    char *mapped = mmap(NULL, rounded + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        check_abort("mmap failed");
    }
    return (guard){mapped + page, rounded, false};
}

void guard_free(guard *pages)
{
    const size_t page = page_size();
    if (munmap(pages->base - page, pages->capacity + 2 * page) != 0) {
        check_abort("munmap failed");
    }
    pages->base = NULL;
}

char *guard_buffer(guard *pages, size_t size)
{
    if (size > pages->capacity) {
        check_abort("%zu bytes do not fit into a guard of %zu", size, pages->capacity);
    }
    if (!pages->open) {
        protect(pages->base, pages->capacity, PROT_READ | PROT_WRITE);
        pages->open = true;
    }
    return pages->base + (pages->capacity - size);
}

static u101_slice put(char *at, u101_slice bytes)
{
    if (bytes.size > 0) {
        memcpy(at, bytes.at, bytes.size);
    }
    return (u101_slice){at, bytes.size};
}

u101_slice guard_end(guard *pages, u101_slice bytes)
{
    return put(guard_buffer(pages, bytes.size), bytes);
}

u101_slice guard_begin(guard *pages, u101_slice bytes)
{
    (void)guard_buffer(pages, bytes.size);
    return put(pages->base, bytes);
}

void guard_seal(guard *pages)
{
    protect(pages->base, pages->capacity, PROT_NONE);
    pages->open = false;
}

void guard_seal_before(guard *pages, const char *at)
{
    const size_t page = page_size();
    const size_t whole = (size_t)(at - pages->base) / page * page;
    if (whole > 0) {
        protect(pages->base, whole, PROT_NONE);
        pages->open = false;
    }
}

u101_slice guard_slice(u101_slice bytes)
{
    static guard rota[8];
    static size_t turn;
    guard *pages = &rota[turn];
    turn = (turn + 1) % COUNT(rota);
    if (pages->base == NULL || pages->capacity < bytes.size) {
        if (pages->base != NULL) {
            guard_free(pages);
        }
        *pages = guard_new(bytes.size);
    }
    return guard_end(pages, bytes);
}

u101_slice guard_text(const char *text)
{
    return guard_slice(slice_of(text));
}
