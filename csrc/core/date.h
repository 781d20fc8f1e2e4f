/*
 * Date [RFC 9110 5.6.7, 6.6.1].
 *
 * In: seconds since 1970, in UTC without leap seconds.  Out: an IMF-fixdate.
 * Always: no clock and no locale is asked.
 */
#ifndef U101_DATE_H
#define U101_DATE_H

#include "upgrade101.h"

#define U101_DATE_SIZE 29

/* For the years 1970 to 9999.  A time outside of them is written as the nearest one inside. */
void u101_date_write(int64_t seconds, char date[U101_DATE_SIZE]);

#endif
