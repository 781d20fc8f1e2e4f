/*
 * Writes dates; date.h says what holds.
 */
#include "date.h"

#include <string.h>

#define DAY 86400
#define LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

typedef struct {
    unsigned int year;
    unsigned int month; /* 1-12 */
    unsigned int day;   /* 1-31 */
} civil_date;

/* Days since 1970-01-01 in the Gregorian calendar.  The year is counted from March, so
 * that the leap day is its last.  Four centuries have 146097 days and four years 1461,
 * so that both are counted in quarters of a day. */
static civil_date date_of(unsigned int days)
{
    const unsigned int quarters = 4 * (days + 719468) + 3; /* since the March of year 0 */
    const unsigned int century = quarters / 146097;
    const unsigned int of_century = quarters % 146097 | 3;
    const unsigned int day_of_year = of_century % 1461 / 4;
    const unsigned int month = (5 * day_of_year + 2) / 153; /* 0: March */
    const unsigned int year = 100 * century + of_century / 1461 + (month >= 10 ? 1 : 0);

    return (civil_date){.year = year,
                        .month = month < 10 ? month + 3 : month - 9,
                        .day = day_of_year - (153 * month + 2) / 5 + 1};
}

static void write_two(char *out, unsigned int number)
{
    out[0] = (char)('0' + number / 10 % 10);
    out[1] = (char)('0' + number % 10);
}

void u101_date_write(int64_t seconds, char date[U101_DATE_SIZE])
{
    static const char pattern[] = "Thu, 01 Jan 1970 00:00:00 GMT";
    _Static_assert(sizeof(pattern) == U101_DATE_SIZE + 1, "the pattern has the size of a date");
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const int64_t bounded = seconds < 0 ? 0 : seconds > LAST ? LAST : seconds;
    const unsigned int days = (unsigned int)(bounded / DAY);
    const unsigned int time = (unsigned int)(bounded % DAY);
    const civil_date civil = date_of(days);

    memcpy(date, pattern, U101_DATE_SIZE);
    memcpy(date, weekdays + (size_t)(days % 7) * 3, 3);
    write_two(date + 5, civil.day);
    memcpy(date + 8, months + (size_t)(civil.month - 1) * 3, 3);
    write_two(date + 12, civil.year / 100);
    write_two(date + 14, civil.year);
    write_two(date + 17, time / 3600);
    write_two(date + 20, time / 60 % 60);
    write_two(date + 23, time % 60);
}
