/*
 * Kinds of fields told by their names, in pairs one byte apart.
 */
#include "field_kind.h"

#include "guard.h"
#include "harness.h"

typedef struct {
    const char *name;
    u101_field_kind kind;
} kind_row;

static const kind_row kind_rows[] = {
    {"host", U101_FIELD_HOST},
    {"upgrade", U101_FIELD_UPGRADE},
    {"connection", U101_FIELD_CONNECTION},
    {"content-length", U101_FIELD_CONTENT_LENGTH},
    {"transfer-encoding", U101_FIELD_TRANSFER_ENCODING},
    {"expect", U101_FIELD_EXPECT},
    {"origin", U101_FIELD_ORIGIN},
    {"http2-settings", U101_FIELD_HTTP2_SETTINGS},
    {"sec-websocket-key", U101_FIELD_WS_KEY},
    {"sec-websocket-version", U101_FIELD_WS_VERSION},
    {"sec-websocket-protocol", U101_FIELD_WS_PROTOCOL},
    {"sec-websocket-extensions", U101_FIELD_WS_EXTENSIONS},
};

static void test_field_kind_each_has_its_row(void)
{
    bool seen[U101_FIELD_KINDS] = {false};
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        seen[kind_rows[i].kind] = true;
    }
    for (size_t i = 0; i < COUNT(seen); i++) {
        CHECK(seen[i]);
    }
}

static void test_field_kind_in_any_case_is_known(void)
{
    char name[32];
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const kind_row *row = &kind_rows[i];
        const size_t size = slice_of(row->name).size;
        check_case("%s", row->name);
        CHECK_INT(u101_field_kind_of(guard_text(row->name)), row->kind);
        for (size_t j = 0; j < size; j++) {
            name[j] = row->name[j];
            if (name[j] >= 'a' && name[j] <= 'z') {
                name[j] = (char)(name[j] - 'a' + 'A');
            }
        }
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name, size})), row->kind);
    }
}

/* Each byte of each name, replaced by each byte of a token, is the name only where the
 * letters are the same but for their case. */
static void test_field_kind_one_byte_apart_is_other(void)
{
    static const char tchars[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[32];
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const u101_slice sound = slice_of(kind_rows[i].name);
        memcpy(name, sound.at, sound.size);
        for (size_t place = 0; place < sound.size; place++) {
            for (size_t j = 0; j < sizeof(tchars) - 1; j++) {
                name[place] = tchars[j];
                const bool same = u101_lower(tchars[j]) == sound.at[place];
                check_case("%.*s", (int)sound.size, name);
                CHECK_INT(u101_field_kind_of((u101_slice){name, sound.size}),
                          same ? kind_rows[i].kind : U101_FIELD_OTHER);
            }
            name[place] = sound.at[place];
        }
    }
}

static void test_field_kind_of_another_length_is_other(void)
{
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const u101_slice name = slice_of(kind_rows[i].name);
        check_case("%s", kind_rows[i].name);
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name.at, name.size - 1})),
                  U101_FIELD_OTHER);
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name.at + 1, name.size - 1})),
                  U101_FIELD_OTHER);
    }
    CHECK_INT(u101_field_kind_of(guard_text("sec-websocket-extensionss")), U101_FIELD_OTHER);
}

int main(void)
{
    CHECK_RUN(test_field_kind_each_has_its_row);
    CHECK_RUN(test_field_kind_in_any_case_is_known);
    CHECK_RUN(test_field_kind_one_byte_apart_is_other);
    CHECK_RUN(test_field_kind_of_another_length_is_other);
    return check_finish();
}
