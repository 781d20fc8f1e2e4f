/* Reads JSON without recursion; json.h says what holds. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { MAX_DEPTH = 16 };

typedef struct {
    u101_slice text;
    size_t next;
    json_value *made;            /* the last of the values */
    json_value *open[MAX_DEPTH]; /* the objects and arrays around the next one */
    size_t depth;
} reader;

static _Noreturn void refuse(const reader *r, const char *expected)
{
    check_abort("JSON: %s expected at byte %zu", expected, r->next);
}

/* The next character, or NUL at the end, which is none of JSON's. */
static char peek(const reader *r)
{
    return r->next < r->text.size ? r->text.at[r->next] : '\0';
}

static void skip_space(reader *r)
{
    while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r') {
        r->next++;
    }
}

static void take(reader *r, const char *literal)
{
    const size_t size = strlen(literal);
    if (r->text.size - r->next < size || memcmp(r->text.at + r->next, literal, size) != 0) {
        refuse(r, literal);
    }
    r->next += size;
}

static json_value *make(reader *r, json_kind kind)
{
    json_value *value = calloc(1, sizeof *value);
    if (value == NULL) {
        check_abort("JSON: out of memory");
    }
    value->kind = kind;
    if (r->made != NULL) {
        r->made->made = value;
    }
    r->made = value;
    return value;
}

static char read_hexadecimal(reader *r)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = peek(r) == '\0' ? NULL : strchr(digits, peek(r));
        if (digit == NULL) {
            refuse(r, "a lower-case hexadecimal digit");
        }
        code = code << 4 | (unsigned)(digit - digits);
        r->next++;
    }
    if (code > 0xff) {
        refuse(r, "a character up to U+00FF");
    }
    return (char)(unsigned char)code;
}

static char read_escape(reader *r)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char name = peek(r);
    r->next++;
    if (name == 'u') {
        return read_hexadecimal(r);
    }
    const char *found = name == '\0' ? NULL : strchr(names, name);
    if (found == NULL) {
        refuse(r, "an escape");
    }
    return meant[found - names];
}

static u101_slice read_string(reader *r)
{
    take(r, "\"");
    /* No string is longer than its source, and one byte is never too little. */
    char *bytes = malloc(r->text.size - r->next + 1);
    if (bytes == NULL) {
        check_abort("JSON: out of memory");
    }
    size_t size = 0;
    while (peek(r) != '"') {
        const char c = peek(r);
        if (c < 0x20 || c > 0x7e) {
            refuse(r, "a printable ASCII character");
        }
        r->next++;
        bytes[size++] = c == '\\' ? read_escape(r) : c;
    }
    take(r, "\"");
    char *fitted = realloc(bytes, size + 1);
    return (u101_slice){fitted == NULL ? bytes : fitted, size};
}

static json_value *read_integer(reader *r)
{
    json_value *value = make(r, JSON_INTEGER);
    const bool negative = peek(r) == '-';
    if (negative) {
        r->next++;
    }
    if (peek(r) < '0' || peek(r) > '9') {
        refuse(r, "a digit");
    }
    while (peek(r) >= '0' && peek(r) <= '9') {
        if (value->integer > 99999999999999) {
            refuse(r, "a smaller integer");
        }
        value->integer = value->integer * 10 + (peek(r) - '0');
        r->next++;
    }
    if (peek(r) == '.' || peek(r) == 'e' || peek(r) == 'E') {
        refuse(r, "the end of an integer");
    }
    value->integer = negative ? -value->integer : value->integer;
    return value;
}

static void refuse_repeated(const reader *r, const json_value *object, u101_slice name)
{
    for (const json_value *member = object->first; member != NULL; member = member->next) {
        if (slices_equal(member->name, name)) {
            refuse(r, "a new member");
        }
    }
}

static json_value *read_constant(reader *r, json_kind kind, const char *literal, bool truth)
{
    take(r, literal);
    json_value *value = make(r, kind);
    value->truth = truth;
    return value;
}

/* A value, of an object or array no more than its opening. */
static json_value *read_value(reader *r)
{
    json_value *value = NULL;
    switch (peek(r)) {
    case '{':
        value = read_constant(r, JSON_OBJECT, "{", false);
        break;
    case '[':
        value = read_constant(r, JSON_ARRAY, "[", false);
        break;
    case '"':
        value = make(r, JSON_STRING);
        value->text = read_string(r);
        break;
    case 't':
        value = read_constant(r, JSON_BOOLEAN, "true", true);
        break;
    case 'f':
        value = read_constant(r, JSON_BOOLEAN, "false", false);
        break;
    case 'n':
        value = read_constant(r, JSON_NULL, "null", false);
        break;
    default:
        value = read_integer(r);
        break;
    }
    return value;
}

/* What stands before a value of an object or array: a comma, the member's name. */
static u101_slice read_name(reader *r, const json_value *within)
{
    u101_slice name = {NULL, 0};
    if (within->count > 0) {
        take(r, ",");
        skip_space(r);
    }
    if (within->kind == JSON_OBJECT) {
        name = read_string(r);
        refuse_repeated(r, within, name);
        skip_space(r);
        take(r, ":");
        skip_space(r);
    }
    return name;
}

static void append(json_value *within, json_value *value)
{
    if (within->last == NULL) {
        within->first = value;
    } else {
        within->last->next = value;
    }
    within->last = value;
    within->count++;
}

static void enter(reader *r, json_value *value)
{
    if (r->depth == MAX_DEPTH) {
        refuse(r, "a value of less depth");
    }
    r->open[r->depth++] = value;
}

/* Leaves the objects and arrays that end here. */
static void leave(reader *r)
{
    skip_space(r);
    while (r->depth > 0 && peek(r) == (r->open[r->depth - 1]->kind == JSON_OBJECT ? '}' : ']')) {
        r->next++;
        r->depth--;
        skip_space(r);
    }
}

json_value *json_read(u101_slice text)
{
    reader r = {.text = text};
    json_value *root = NULL;
    skip_space(&r);
    do {
        json_value *within = r.depth > 0 ? r.open[r.depth - 1] : NULL;
        const u101_slice name = within == NULL ? (u101_slice){NULL, 0} : read_name(&r, within);
        json_value *value = read_value(&r);
        value->name = name;
        if (within == NULL) {
            root = value;
        } else {
            append(within, value);
        }
        if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY) {
            enter(&r, value);
        }
        leave(&r);
    } while (r.depth > 0);
    if (r.next != text.size) {
        refuse(&r, "the end");
    }
    return root;
}

void json_free(json_value *value)
{
    json_value *next = value;
    while (next != NULL) {
        json_value *done = next;
        next = done->made;
        free((char *)done->text.at);
        free((char *)done->name.at);
        free(done);
    }
}

const json_value *json_find(const json_value *object, const char *name)
{
    if (object->kind != JSON_OBJECT) {
        check_abort("JSON: an object expected where %s is looked for", name);
    }
    const json_value *member = object->first;
    while (member != NULL && !slices_equal(member->name, slice_of(name))) {
        member = member->next;
    }
    return member;
}

const json_value *json_member(const json_value *object, const char *name, json_kind kind)
{
    const json_value *member = json_find(object, name);
    if (member == NULL || member->kind != kind) {
        check_abort("JSON: member %s is absent or of another kind", name);
    }
    return member;
}
