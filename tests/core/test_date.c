/*
 * Dates against gmtime and strftime of the C library [RFC 9110 5.6.7, 6.6.1].
 */

/* gmtime_r is no part of C11. */
#define _POSIX_C_SOURCE 200809L

#include "date.h"

#include <time.h>

#include "guard.h"
#include "harness.h"

static guard pages;

/* The date of a time, in a buffer that ends at a page that cannot be written. */
static u101_slice date_of(int64_t seconds)
{
    char *date = guard_buffer(&pages, U101_DATE_SIZE);
    u101_date_write(seconds, date);
    return (u101_slice){date, U101_DATE_SIZE};
}

static void check_against_library(int64_t seconds)
{
    const time_t at = (time_t)seconds;
    struct tm parts;
    char expected[64];
    check_case("%lld", (long long)seconds);
    if (CHECK(gmtime_r(&at, &parts) != NULL)) {
        CHECK(strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0);
        CHECK_TEXT(date_of(seconds), expected);
    }
}

static void test_date_of_rfc_9110_is_the_printed_one(void)
{
    CHECK_TEXT(date_of(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

/* One time of every day for 430 years: each month, weekday and kind of leap year. */
static void test_date_of_each_day_is_that_of_the_library(void)
{
    for (int64_t day = 0; day < INT64_C(157058); day++) {
        check_against_library(day * 86400 + day * 7919 % 86400);
    }
}

static void test_date_at_the_edges_of_days_and_years_is_that_of_the_library(void)
{
    static const int64_t edges[] = {
        0,         59,         60,         3599,         3600,         86399,
        86400,     951782399,  951782400,  951868800,    4107542399,   4107542400,
        946684799, 1709164800, 1709251200, 253370764800, 253402300798, 253402300799,
    };
    for (size_t i = 0; i < COUNT(edges); i++) {
        check_against_library(edges[i]);
    }
}

static void test_date_outside_the_years_is_the_nearest_end(void)
{
    CHECK_TEXT(date_of(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK_TEXT(date_of(INT64_MIN), "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK_TEXT(date_of(INT64_C(253402300800)), "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK_TEXT(date_of(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}

int main(void)
{
    pages = guard_new(U101_DATE_SIZE);
    CHECK_RUN(test_date_of_rfc_9110_is_the_printed_one);
    CHECK_RUN(test_date_of_each_day_is_that_of_the_library);
    CHECK_RUN(test_date_at_the_edges_of_days_and_years_is_that_of_the_library);
    CHECK_RUN(test_date_outside_the_years_is_the_nearest_end);
    guard_free(&pages);
    return check_finish();
}
