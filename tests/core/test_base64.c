/*
 * Base64 of 20 bytes and base64url of any, at the edges of pages.
 */
#include "base64.h"

#include <string.h>

#include "guard.h"
#include "harness.h"

typedef struct {
    u101_slice bytes;
    const char *text;
    const char *why;
} encode_row;

/* The first is that of [RFC 6455 1.3]; the others were made with coreutils' base64. */
static const encode_row encode_rows[] = {
    {BYTES("\xb3\x7a\x4f\x2c\xc0\x62\x4f\x16\x90\xf6"
           "\x46\x06\xcf\x38\x59\x45\xb2\xbe\xc4\xea"),
     "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "the example of RFC 6455"},
    {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "all zero"},
    {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
           "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
     "//////////////////////////8=", "all one"},
    {BYTES("\xfb\xef\xbe\xfb\xef\xbe\xfb\xef\xbe\xfb"
           "\xef\xbe\xfb\xef\xbe\xfb\xef\xbe\x00\x01"),
     "++++++++++++++++++++++++AAE=", "the last two bytes apart"},
};

static uint32_t read_word(const char *bytes)
{
    uint32_t word = 0;

    for (size_t i = 0; i < 4; i++) {
        word = word << 8 | (unsigned char)bytes[i];
    }
    return word;
}

static void test_base64_of_twenty_bytes_is_that_of_others(void)
{
    guard pages = guard_new(28);
    for (size_t i = 0; i < COUNT(encode_rows); i++) {
        uint32_t words[5];
        char *text = guard_buffer(&pages, 28);
        check_case("%s", encode_rows[i].why);
        for (size_t word = 0; word < COUNT(words); word++) {
            words[word] = read_word(encode_rows[i].bytes.at + 4 * word);
        }
        u101_base64_encode(words, text);
        CHECK_TEXT(((u101_slice){text, 28}), encode_rows[i].text);
    }
    guard_free(&pages);
}

/* Each of the 64 numbers in each of the 26 places that are a character by themselves. */
static void test_base64_of_each_number_at_each_place_is_its_character(void)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t place = 0; place < 26; place++) {
        for (uint32_t number = 0; number < 64; number++) {
            uint32_t words[5] = {0};
            char expected[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            char text[28];
            check_case("%u at %zu", (unsigned int)number, place);
            for (size_t i = 0; i < 6; i++) {
                const size_t bit = 6 * place + i;
                words[bit / 32] |= (number >> (5 - i) & 1) << (31 - bit % 32);
            }
            expected[place] = alphabet[number];
            u101_base64_encode(words, text);
            CHECK_TEXT(((u101_slice){text, 28}), expected);
        }
    }
}

typedef struct {
    const char *text;
    int size; /* -1: refused */
    const char *bytes;
    const char *why;
} decode_row;

static const decode_row decode_rows[] = {
    {"", 0, "", "nothing"},
    {"Zg", 1, "f", "one byte [RFC 4648 10]"},
    {"Zh", -1, "", "one byte with an unused bit set [RFC 4648 3.5]"},
    {"Zm8", 2, "fo", "two bytes"},
    {"Zm9", -1, "", "two bytes with an unused bit set"},
    {"Zm9v", 3, "foo", "three bytes"},
    {"Zm9vYmFy", 6, "foobar", "six bytes"},
    {"Z", -1, "", "one character is no byte"},
    {"A", -1, "", "one character is no byte, be it all zero"},
    {"Zm9vY", -1, "", "five characters are no bytes"},
    {"Zm9vA", -1, "", "five characters are no bytes, be the last all zero"},
    {"Zg==", -1, "", "padding is left out [RFC 7540 3.2.1]"},
    {"-_-_", 3, "\xfb\xff\xbf", "the URL-safe alphabet [RFC 4648 5]"},
    {"+_-_", -1, "", "not the other alphabet's plus"},
    {"-/-_", -1, "", "not the other alphabet's solidus"},
    {"Zm9 ", -1, "", "a space"},
    {"Zm9\xff", -1, "", "a byte above ASCII"},
};

static void test_base64url_is_decoded_or_refused(void)
{
    guard pages = guard_new(64);
    for (size_t i = 0; i < COUNT(decode_rows); i++) {
        const decode_row *row = &decode_rows[i];
        const u101_slice text = guard_text(row->text);
        char *bytes = guard_buffer(&pages, text.size / 4 * 3 + 2);
        check_case("%s", row->why);
        const ptrdiff_t size = u101_base64_decode_url(text, (unsigned char *)bytes);
        if (CHECK_INT(size, row->size) && size >= 0) {
            CHECK_TEXT(((u101_slice){bytes, (size_t)size}), row->bytes);
        }
    }
    guard_free(&pages);
}

int main(void)
{
    CHECK_RUN(test_base64_of_twenty_bytes_is_that_of_others);
    CHECK_RUN(test_base64_of_each_number_at_each_place_is_its_character);
    CHECK_RUN(test_base64url_is_decoded_or_refused);
    return check_finish();
}
