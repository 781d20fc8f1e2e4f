/*
 * upgrade101: decides whether an HTTP/1.1 connection may become something else.
 *
 * In: the bytes of one request, or a head that others have parsed, and a
 * negotiator, which holds what the server offers.  Out: a decision, and on
 * request the bytes of its response.
 *
 * Always: no call does I/O, reads a clock or keeps a pointer to its arguments
 * after it has returned, except where it says so.  Only the calls that end in
 * _new allocate, and u101_check_websocket and u101_check_protocol, which have
 * freed all when they return and are merely slower where there is no memory.  A
 * negotiator is immutable and may be used by many threads at once; a handshake
 * and a hasher belong to one thread at a time.
 *
 * It does not frame what comes after the switch, and it never closes anything.
 */
#ifndef UPGRADE101_H
#define UPGRADE101_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns. */
typedef struct {
    const char *at;
    size_t size; /* bytes */
} u101_slice;

/* Bytes of a request, counted from the first byte of its connection. */
typedef struct {
    uint32_t at;
    uint32_t size; /* bytes */
} u101_span;

/* A field line without its colon and the white space around the value. */
typedef struct {
    u101_slice name;
    u101_slice value;
} u101_field;

/* Why a configuration or an answer of the caller's is refused. */
typedef struct {
    const char *text; /* one static sentence; NULL: nothing is wrong */
    u101_slice value; /* the offending part of the argument; its size may be 0 */
} u101_defect;

/* ---- reasons ---------------------------------------------------------- */

typedef enum {
#define U101_REASON(name, code, status, rfc, text) U101_##name,
#include "reasons.def"
#undef U101_REASON
    U101_REASON_COUNT
} u101_reason;

typedef struct {
    const char *name;
    const char *rfc;  /* "RFC 9112 5.1" */
    const char *text; /* one sentence without its full stop */
    int code;
    int status;
} u101_reason_row;

/* The row of a reason below U101_REASON_COUNT; static. */
const u101_reason_row *u101_reason_row_of(u101_reason reason);

/* ---- what a server offers --------------------------------------------- */

#define U101_NO_WINDOW_BITS (-1)

/* permessage-deflate as configured or as agreed [RFC 7692 7.1]. */
typedef struct {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    int server_max_window_bits; /* 9-15, or U101_NO_WINDOW_BITS */
    int client_max_window_bits; /* 8-15, or U101_NO_WINDOW_BITS */
} u101_deflate;

typedef enum {
    U101_ORIGINS_SAME,   /* an http or https origin whose host and port are Host's */
    U101_ORIGINS_ANY,    /* any, also what is no origin */
    U101_ORIGINS_LISTED, /* one of `origins` */
} u101_origin_rule;

typedef struct {
    const u101_slice *subprotocols; /* in the server's order */
    size_t subprotocol_count;
    const u101_slice *origins; /* serialized, a first label "*", or "null" */
    size_t origin_count;
    u101_origin_rule origin_rule;
    bool subprotocol_required;
    bool origin_required;
    bool deflate_enabled;
    u101_deflate deflate;
} u101_websocket;

typedef struct {
    bool prior_knowledge;
} u101_h2c;

typedef struct {
    u101_slice name;
    u101_slice version;        /* size 0: none */
    const u101_slice *methods; /* ignored where any_method is true */
    size_t method_count;
    const u101_field *fields; /* written into each 101 */
    size_t field_count;
    bool any_method;
    bool body; /* whether a request may have a body with a Content-Length */
} u101_protocol;

typedef enum {
    U101_OFFER_WEBSOCKET,
    U101_OFFER_H2C,
    U101_OFFER_PROTOCOL,
    U101_OFFER_TLS,
} u101_offer_kind;

typedef struct {
    u101_offer_kind kind;
    union {
        u101_websocket websocket;
        u101_h2c h2c;
        u101_protocol protocol;
    } as;
} u101_offer;

/* Bytes of head, target and body, and field lines.  u101_default_limits has
 * 16384, 8192, 65536 and 100. */
typedef struct {
    size_t head;   /* 256 to 1 MiB */
    size_t target; /* 16 to head */
    size_t fields; /* 4 to 1000 */
    size_t body;   /* 0 to 64 MiB */
} u101_limits;

extern const u101_limits u101_default_limits;

typedef struct {
    const u101_offer *offers;
    size_t offer_count;
    const u101_slice *hosts; /* the Host values that are ours */
    size_t host_count;       /* 0: any */
    u101_limits limits;
    bool required; /* whether a PASS becomes a 426 */
} u101_config;

/* What is wrong with one offer, or with the limits, by itself (contract 7). */
u101_defect u101_check_websocket(const u101_websocket *websocket);
u101_defect u101_check_deflate(const u101_deflate *deflate);
u101_defect u101_check_protocol(const u101_protocol *protocol);
u101_defect u101_check_limits(const u101_limits *limits);

/* What is wrong with a field that the caller wants in a response: a name that
 * is no token or is the library's own, a value with a control character or with
 * white space at an end [RFC 9110 5.5]. */
u101_defect u101_check_field(const u101_field *field);

/* ---- negotiator ------------------------------------------------------- */

typedef struct u101_negotiator u101_negotiator;

/* A negotiator with its own copy of everything in `config`, or NULL: then
 * defect->text says what is wrong with the config, or is NULL where memory ran
 * out.  Freed with u101_negotiator_free, which takes NULL too. */
u101_negotiator *u101_negotiator_new(const u101_config *config, u101_defect *defect);
void u101_negotiator_free(u101_negotiator *negotiator);

/* ---- hasher ----------------------------------------------------------- */

/* A SHA-1 context with its fetched EVP_MD, for one thread at a time. */
typedef struct u101_hasher u101_hasher;

/* NULL where memory ran out.  Where libcrypto has no SHA-1 the hasher is made
 * all the same, and each decision that needs it is INTERNAL_ERROR. */
u101_hasher *u101_hasher_new(void);
void u101_hasher_free(u101_hasher *hasher);

/* Sec-WebSocket-Accept for the 24 bytes of a key [RFC 6455 4.2.2].  False
 * where the digest failed: `accept` then holds nothing of use. */
bool u101_accept_value(u101_hasher *hasher, const char key[24], char accept[28]);

/* ---- deciding --------------------------------------------------------- */

/* The field lines that a decision looks at. */
typedef enum {
    U101_FIELD_HOST,
    U101_FIELD_UPGRADE,
    U101_FIELD_CONNECTION,
    U101_FIELD_CONTENT_LENGTH,
    U101_FIELD_TRANSFER_ENCODING,
    U101_FIELD_EXPECT,
    U101_FIELD_ORIGIN,
    U101_FIELD_HTTP2_SETTINGS,
    U101_FIELD_WS_KEY,
    U101_FIELD_WS_VERSION,
    U101_FIELD_WS_PROTOCOL,
    U101_FIELD_WS_EXTENSIONS,
    U101_FIELD_KINDS,
    U101_FIELD_OTHER = U101_FIELD_KINDS,
} u101_field_kind;

/* A head as far as it has been read: offsets only, so that the caller may move
 * the bytes between two calls. */
typedef struct {
    uint32_t next;   /* the first byte that has not been looked at */
    uint32_t mark;   /* where the element begins that is being read */
    uint32_t fields; /* where the field lines begin */
    uint32_t field_count;
    u101_span method;
    u101_span target;
    uint32_t lines[U101_FIELD_KINDS];  /* how many there are of each field */
    u101_span known[U101_FIELD_KINDS]; /* the value of the first of them; of no meaning without */
    uint8_t state;
    char minor;    /* '0' or '1': the version is HTTP/1.minor */
    bool connect;  /* whether the method is CONNECT */
    bool headless; /* whether the method is HEAD: its response has no body */
    bool absolute; /* whether the target is in absolute-form */
    uint8_t kind;  /* of the field line that is being read */
} u101_head;

typedef enum {
    U101_ACTION_PASS,
    U101_ACTION_SWITCH,
    U101_ACTION_REJECT,
    U101_ACTION_CONTINUE,
} u101_action;

#define U101_NO_OFFER SIZE_MAX

typedef struct {
    u101_action action;
    u101_reason reason;
    int status;           /* of the response; 0 on a PASS, which has none */
    size_t offer;         /* index in the config of the offer that decided, or U101_NO_OFFER */
    u101_offer_kind kind; /* of that offer */
    size_t head_size;     /* bytes of the head; 0: no head was completed */
    size_t request_size;  /* bytes of head and body; what follows is the leftover */
    u101_span method;
    u101_span target;
    uint32_t fields;       /* where the field lines begin */
    char minor;            /* '0' or '1' */
    bool headless;         /* the request's method is HEAD */
    bool secure;           /* the transport is TLS */
    bool expects_continue; /* the 100 precedes the 101 in the response */
    bool deflate_agreed;   /* `deflate` is what was answered */
    char tls_minor;        /* the digit of the TLS version that was asked for */
    u101_deflate deflate;
    u101_span subprotocol; /* the one that is answered; size 0: none */
    u101_span settings;    /* the value of HTTP2-Settings */
    bool settings_present; /* on a switch to h2c; `settings` may be empty */
    char accept[28];       /* Sec-WebSocket-Accept on a switch to websocket */
} u101_decision;

/* The state of one connection until its final decision. */
typedef struct {
    u101_head head;
    u101_decision awaiting; /* the switch that waits for its body */
    bool body_awaited;
} u101_handshake;

void u101_handshake_init(u101_handshake *handshake);

/*
 * Reads on.  `received` is everything that has arrived since the first byte of
 * the connection: the bytes of earlier calls, unchanged, and those behind them.
 * Only the bytes that are new are read, so that the work is linear however they
 * are cut.  True: `decision` is set.  False: more bytes are needed.
 *
 * After a CONTINUE the next call goes on; after any other decision the
 * handshake is over and must not be used again.  A hasher that is NULL makes
 * each decision that needs it an INTERNAL_ERROR.
 */
bool u101_decide(const u101_negotiator *negotiator, u101_handshake *handshake, u101_slice received,
                 bool secure, u101_hasher *hasher, u101_decision *decision);

/* How many of the bytes received u101_decide looks at next, at the most: a caller
 * that gathers them needs no more for the next call.  Where that call asks for
 * more, this is asked anew, for a body may follow the head. */
size_t u101_wanted(const u101_negotiator *negotiator, const u101_handshake *handshake);

/* A head that others have parsed. */
typedef struct {
    u101_slice method;
    u101_slice target;
    u101_slice version; /* "1.1" */
    const u101_field *fields;
    size_t field_count;
} u101_request;

/* Bytes of the buffer that u101_decide_request writes the head into. */
size_t u101_request_size(const u101_request *request);

/*
 * The same verdict on a parsed head.  `head` has `size` bytes, which is
 * u101_request_size: the head is written out there, its *head_size* bytes are
 * the decision's, and its spans count from there.  The limits of target and
 * field lines bind, that of the head does not.  A body, and what follows the
 * request, are not known here: a switch that admits a body is decided on the
 * head alone.
 */
void u101_decide_request(const u101_negotiator *negotiator, const u101_request *request,
                         bool secure, u101_hasher *hasher, char *head, size_t size,
                         u101_decision *decision);

/* The refusal of a request, decided or not, for a reason of the server's own. */
void u101_refuse(const u101_handshake *handshake, u101_reason reason, bool secure,
                 u101_decision *decision);

/* ---- answering -------------------------------------------------------- */

/* What the caller adds to a response. */
typedef struct {
    const u101_field *fields;
    size_t field_count;
    u101_slice body; /* of a refusal of the caller's (REFUSED) */
} u101_answer;

/* Makes a SWITCH the caller's own: with `fields`, and where `subprotocol` is not
 * NULL with that one of those the client offered (size 0: with none).
 * `received` begins with the request.  On a defect the decision is unchanged. */
u101_defect u101_accept(u101_decision *decision, const char *received, const u101_answer *answer,
                        const u101_slice *subprotocol);

/* Makes a SWITCH, PASS or REJECT a REJECT with REFUSED and `status`, 300-599.
 * On a defect the decision is unchanged. */
u101_defect u101_reject(u101_decision *decision, int status, const u101_answer *answer);

/* Makes any decision a REJECT for a reason of the server's own. */
void u101_reject_for(u101_decision *decision, u101_reason reason);

/*
 * Writes the response of a decision, and returns its size; where that is above
 * `capacity`, what `out` holds is of no use.  `received` begins with the
 * request, `now` is in seconds since 1970 for Date, and `answer` is NULL or was
 * accepted by u101_accept or u101_reject.
 */
size_t u101_write_response(const u101_negotiator *negotiator, const u101_decision *decision,
                           const char *received, const u101_answer *answer, int64_t now, char *out,
                           size_t capacity);

/* The name of the protocol of a SWITCH ("websocket", "name/version"), likewise. */
size_t u101_write_protocol(const u101_negotiator *negotiator, const u101_decision *decision,
                           char *out, size_t capacity);

/* The value of Sec-WebSocket-Extensions of a SWITCH, likewise; 0: none. */
size_t u101_write_extensions(const u101_decision *decision, char *out, size_t capacity);

/* ---- reading what was decided on -------------------------------------- */

/* The next field line of a head that was completed.  `cursor` starts at the
 * decision's `fields`.  False: there is none. */
bool u101_next_field(const char *head, size_t head_size, size_t *cursor, u101_field *field);

#define U101_MAX_SETTINGS 64

typedef struct {
    uint16_t identifier;
    uint32_t value;
} u101_setting;

/* The settings of an HTTP2-Settings value, in order [RFC 7540 3.2.1]: how many
 * there are, or -1 where the value is not sound (contract 5). */
int u101_read_settings(u101_slice value, u101_setting settings[U101_MAX_SETTINGS]);

#ifdef __cplusplus
}
#endif

#endif
