/*
 * upgrade101: decides whether an HTTP/1.1 connection may become something else.
 *
 * In: the bytes of one request, or a head that others have parsed, and a negotiator,
 * which holds what the server offers.  Out: a decision and, if asked for, the bytes of
 * its response.  Readers for bodies and for responses are here too, for whoever follows
 * a connection on which HTTP goes on.
 *
 * Always: no call does I/O or reads a clock.  No call keeps a pointer to its arguments
 * after it has returned, unless it says so.  Two kinds of calls allocate.  One is those
 * that end in _new.  The other is u101_check_websocket, u101_check_protocol and
 * u101_check_paths, which free all before they return, and are only slower if there is
 * no memory.  A negotiator is immutable, and many threads may use it at once.  A
 * handshake, a reader and a hasher belong to one thread at a time.
 *
 * It does not frame what comes after the switch, and it never closes anything.
 */
#ifndef UPGRADE101_H
#define UPGRADE101_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define U101_VERSION "0.1.0"
#define U101_VERSION_MAJOR 0
#define U101_VERSION_MINOR 1
#define U101_VERSION_PATCH 0
/* For comparisons: 0xMMmmpp. */
#define U101_VERSION_NUMBER                                                                        \
    ((U101_VERSION_MAJOR << 16) | (U101_VERSION_MINOR << 8) | U101_VERSION_PATCH)

/* Marks what the library exports; its other symbols are hidden.  Whoever compiles the
 * core into something else may define it as empty, so that nothing is exported. */
#ifndef U101_API
#if defined(__GNUC__)
#define U101_API __attribute__((visibility("default")))
#else
#define U101_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns. */
typedef struct {
    const char *at;
    size_t size; /* bytes */
} u101_slice;

/* Bytes of a message, counted from its first byte. */
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
    u101_slice value; /* the offending part; at is NULL: no part shows it by itself */
} u101_defect;

/* ---- reasons ---------------------------------------------------------- */

typedef enum {
#define U101_REASON(name, code, status, rfc, field, text) U101_##name,
#include "reasons.def"
#undef U101_REASON
    U101_REASON_COUNT,
    U101_SOUND = U101_REASON_COUNT, /* no reason: nothing is wrong */
} u101_reason;

typedef struct {
    const char *name;
    const char *rfc;   /* "RFC 9112 5.1" */
    const char *field; /* the field that the reason is about, or "" */
    const char *text;  /* one sentence without its full stop */
    int code;
    int status;
} u101_reason_row;

/* The row of a reason below U101_REASON_COUNT; static. */
U101_API const u101_reason_row *u101_reason_row_of(u101_reason reason);

/* ---- what a server offers --------------------------------------------- */

#define U101_NO_WINDOW_BITS (-1)

/* permessage-deflate as configured or as agreed [RFC 7692 7.1]. */
typedef struct {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    /* Of a configuration only: decline an offer without client_max_window_bits. */
    bool require_client_max_window_bits;
    int server_max_window_bits; /* 9-15, or U101_NO_WINDOW_BITS */
    int client_max_window_bits; /* 8-15, or U101_NO_WINDOW_BITS */
} u101_deflate;

typedef struct {
    const u101_slice *subprotocols; /* in the server's order */
    size_t subprotocol_count;
    /* Entries as [contract 4] lists them: "same-origin", "same-host", "null",
     * patterns and exact values.  Ignored if any_origin is true. */
    const u101_slice *origins;
    size_t origin_count;
    bool any_origin;
    bool subprotocol_required;
    bool origin_required;
    bool deflate_enabled;
    u101_deflate deflate;
} u101_websocket;

typedef struct {
    bool upgrade;         /* by a request with Upgrade */
    bool prior_knowledge; /* by the HTTP/2 client preface */
} u101_h2c;

typedef struct {
    u101_slice name;
    u101_slice version;        /* size 0: no version */
    const u101_slice *methods; /* what Allow lists */
    size_t method_count;       /* 0: any method but CONNECT */
    const u101_field *fields;  /* written into each 101 */
    size_t field_count;
    bool body; /* whether a request may have a body */
} u101_protocol;

typedef enum {
    U101_OFFER_WEBSOCKET,
    U101_OFFER_H2C,
    U101_OFFER_PROTOCOL,
    U101_OFFER_TLS,
} u101_offer_kind;

typedef struct {
    u101_offer_kind kind;
    const u101_slice *paths; /* patterns [contract 7] */
    size_t path_count;       /* 0: any target */
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

U101_API extern const u101_limits u101_default_limits;

typedef struct {
    const u101_offer *offers;
    size_t offer_count;
    const u101_slice *hosts; /* the Host values that are ours */
    size_t host_count;       /* 0: any */
    u101_limits limits;
    bool required; /* whether a PASS becomes a refusal */
} u101_config;

/* What is wrong with one offer, or with the limits, by itself [contract 7]. */
U101_API u101_defect u101_check_websocket(const u101_websocket *websocket);
U101_API u101_defect u101_check_deflate(const u101_deflate *deflate);
U101_API u101_defect u101_check_h2c(const u101_h2c *h2c);
U101_API u101_defect u101_check_protocol(const u101_protocol *protocol);
U101_API u101_defect u101_check_paths(const u101_slice *paths, size_t count);
U101_API u101_defect u101_check_limits(const u101_limits *limits);

/* What is wrong with a field that the caller wants in a response: a name that is
 * no token or is the library's own, a value with a control character or with
 * white space at an end [RFC 9110 5.5]. */
U101_API u101_defect u101_check_field(const u101_field *field);

/* ---- negotiator ------------------------------------------------------- */

typedef struct u101_negotiator u101_negotiator;

/* A negotiator with its own copy of everything in `config`, or NULL.  Then
 * defect->text says what is wrong with the config; it is NULL if memory ran out.
 * Freed with u101_negotiator_free, which takes NULL too. */
U101_API u101_negotiator *u101_negotiator_new(const u101_config *config, u101_defect *defect);
U101_API void u101_negotiator_free(u101_negotiator *negotiator);

/* ---- hasher ----------------------------------------------------------- */

/* SHA-1 of libcrypto, for one thread at a time. */
typedef struct u101_hasher u101_hasher;

/* NULL if memory ran out.  If libcrypto has no SHA-1, the hasher is made anyway, and
 * each decision that needs it is INTERNAL_ERROR. */
U101_API u101_hasher *u101_hasher_new(void);
U101_API void u101_hasher_free(u101_hasher *hasher);

/* Sec-WebSocket-Accept for the 24 bytes of a key [RFC 6455 4.2.2].  False if the
 * digest failed: `accept` then holds nothing of use. */
U101_API bool u101_hasher_accept_value(u101_hasher *hasher, const char key[24], char accept[28]);

/* ---- reading bodies ---------------------------------------------------- */

/* How a message says where its body ends [RFC 9112 6.3]. */
typedef enum {
    U101_FRAMING_NONE,    /* no body */
    U101_FRAMING_LENGTH,  /* Content-Length */
    U101_FRAMING_CHUNKED, /* Transfer-Encoding: chunked */
    U101_FRAMING_CLOSE,   /* the connection's end; of a response only */
} u101_framing;

typedef struct {
    uint64_t size;   /* bytes of decoded content; UINT64_MAX: any number */
    size_t overhead; /* bytes of chunk extensions and trailer section together */
    size_t fields;   /* trailer lines */
} u101_body_limits;

/* A body as far as it has been read.  It holds no pointer, and its size is the
 * same for every body. */
typedef struct {
    u101_body_limits limits;
    uint64_t read;    /* bytes of the body so far, chunk framing included */
    uint64_t decoded; /* bytes of its content so far */
    uint64_t left;    /* bytes of the data that is being read which are still to come */
    size_t overhead;  /* bytes counted against limits.overhead */
    size_t fields;    /* lines counted against limits.fields */
    uint8_t framing;  /* u101_framing */
    uint8_t state;
    uint8_t digits; /* of the chunk-size that is being read */
} u101_body;

typedef enum {
    U101_BODY_MORE,   /* all of the input was read; the body goes on */
    U101_BODY_DATA,   /* `data` is the next piece of content; call again */
    U101_BODY_DONE,   /* the body ends after what was read */
    U101_BODY_DEFECT, /* the byte after what was read shows the defect */
} u101_body_result;

/* `length` counts with U101_FRAMING_LENGTH only. */
U101_API void u101_body_init(u101_body *body, u101_framing framing, uint64_t length,
                             const u101_body_limits *limits);

/*
 * Reads on in `input`, and moves it past what was read: the caller calls again
 * with what is left of it, or with the next bytes that arrive.  U101_BODY_DATA
 * sets `data`, a part of the input.  U101_BODY_DEFECT sets `reason`:
 * CHUNK_INVALID or BODY_TOO_LARGE; body->read is then the offset of the byte that
 * shows it, and the body must not be read any more.  An empty input is taken too:
 * a body of no bytes is U101_BODY_DONE at once.
 */
U101_API u101_body_result u101_body_read(u101_body *body, u101_slice *input, u101_slice *data,
                                         u101_reason *reason);

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
    uint8_t form;                      /* of the target */
    char minor;                        /* '0' or '1': the version is HTTP/1.minor */
    bool is_head;                      /* whether the method is HEAD: its response has no body */
    bool later;                        /* whether it is a later request of its connection */
    uint8_t state;
    uint8_t kind; /* of the field line that is being read */
} u101_head;

typedef enum {
    U101_ACTION_PASS,
    U101_ACTION_SWITCH,
    U101_ACTION_REJECT,
    U101_ACTION_CONTINUE,
} u101_action;

#define U101_NO_OFFER SIZE_MAX
#define U101_NO_OFFSET SIZE_MAX

typedef struct {
    u101_action action;
    u101_reason reason;
    int status;           /* of the response; 0 if there is none */
    size_t offer;         /* index in the config of the offer that decided, or U101_NO_OFFER */
    u101_offer_kind kind; /* of that offer */
    size_t head_size;     /* bytes of the head; 0: no head was completed */
    size_t request_size;  /* bytes of head and body; what follows is the leftover */
    size_t offset;        /* of the byte that shows a defect of syntax, or U101_NO_OFFSET */
    u101_span method;
    u101_span target;
    uint32_t fields;          /* where the field lines begin */
    uint8_t form;             /* of the target */
    char minor;               /* '0' or '1' */
    bool is_head;             /* the request's method is HEAD */
    bool secure;              /* the transport is TLS */
    char tls_minor;           /* the digit of the TLS version that was asked for */
    bool preface;             /* the request is the HTTP/2 client preface: see below */
    uint8_t framing;          /* u101_framing of the request's body */
    bool expects_continue;    /* the 100 precedes the 101 in the response */
    bool deflate_agreed;      /* `deflate` is what was answered */
    bool extensions_replaced; /* the answer's `extensions` stand for what was negotiated */
    bool settings_present;    /* on a switch to h2c; `settings` may be empty */
    uint64_t length;          /* the body's Content-Length, or 0 */
    size_t content_size;      /* on a SWITCH, the decoded bytes of the body */
    u101_deflate deflate;
    u101_span subprotocol; /* the one that is answered; size 0: none */
    u101_span settings;    /* the value of HTTP2-Settings */
    char accept[28];       /* Sec-WebSocket-Accept on a switch to websocket */
} u101_decision;

/* Bytes of the request that the HTTP/2 client preface begins with: PRI, * and no field
 * lines [RFC 9113 3.4].  Of a decision on it, method, target and fields are those of that
 * request, but head_size is 0: all that was received is the leftover. */
#define U101_PREFACE_HEAD_SIZE ((size_t)18)

/* The state of one request until its final decision. */
typedef struct {
    u101_head head;
    u101_decision awaiting; /* the switch that waits for its body */
    u101_body body;
    bool body_awaited;
} u101_handshake;

/* `first`: whether the request is the first one of its connection.  Only that one
 * may be the HTTP/2 client preface [RFC 9113 3.4] or begin with a PROXY header. */
U101_API void u101_handshake_init(u101_handshake *handshake, bool first);

/*
 * Reads on.  `received` is everything that has arrived since the first byte of the
 * request: the bytes of earlier calls, unchanged, and those after them.  Only the bytes
 * that are new are read, so that the work is linear however they are cut.  True:
 * `decision` is set.  False: more bytes are needed.
 *
 * After a CONTINUE the next call goes on.  After any other decision the handshake is
 * over and must not be used again.  If the hasher is NULL, each decision that needs it
 * is INTERNAL_ERROR.
 */
U101_API bool u101_handshake_decide(const u101_negotiator *negotiator, u101_handshake *handshake,
                                    u101_slice received, bool secure, u101_hasher *hasher,
                                    u101_decision *decision);

/* How many of the bytes received u101_handshake_decide looks at next, at the most.  A
 * caller that gathers bytes need not gather more for the next call.  If that call needs
 * more bytes, the caller asks again, because a body may follow the head. */
U101_API size_t u101_handshake_wanted(const u101_negotiator *negotiator,
                                      const u101_handshake *handshake);

/* The refusal of a request, decided or not, for a reason of the server's own. */
U101_API void u101_handshake_refuse(const u101_handshake *handshake, u101_reason reason,
                                    bool secure, u101_decision *decision);

/* A head that others have parsed. */
typedef struct {
    u101_slice method;
    u101_slice target;
    u101_slice version; /* "1.1" */
    const u101_field *fields;
    size_t field_count;
} u101_request;

/* Bytes of the buffer that u101_request_decide writes the head into, or SIZE_MAX
 * if that many cannot be counted.  Above U101_MAX_HEAD_SIZE it needs none. */
#define U101_MAX_HEAD_SIZE UINT32_MAX
U101_API size_t u101_request_size(const u101_request *request);

/*
 * The same verdict on a parsed head.  `head` has `size` bytes, which is
 * u101_request_size: the head is written out there, its *head_size* bytes are the
 * decision's, and its spans count from there.  The limits of target and field
 * lines bind, that of the head does not; more than 4 GiB are HEAD_TOO_LARGE, and
 * then `head` may be NULL.  The decision has no offset.  A body, and what follows
 * the request, are not known here: a switch that takes a body is decided on the
 * head alone.
 */
U101_API void u101_request_decide(const u101_negotiator *negotiator, const u101_request *request,
                                  bool secure, u101_hasher *hasher, char *head, size_t size,
                                  u101_decision *decision);

/* ---- answering -------------------------------------------------------- */

/* What the caller adds to a response. */
typedef struct {
    const u101_field *fields;
    size_t field_count;
    u101_slice body;       /* of a refusal of the caller's (REFUSED) */
    u101_slice extensions; /* of decision->extensions_replaced; size 0: none */
} u101_answer;

/*
 * Makes a SWITCH the caller's own: with `fields`, with `subprotocol` if that is
 * not NULL (size 0: none), and with answer->extensions if `extensions` is true
 * (size 0: none).  A subprotocol and each extension must be one that the client
 * offered.  `received` begins with the request.  On a defect the decision is
 * unchanged.
 */
U101_API u101_defect u101_answer_accept(u101_decision *decision, const char *received,
                                        const u101_answer *answer, const u101_slice *subprotocol,
                                        bool extensions);

/* Makes a SWITCH, PASS or REJECT a REJECT with REFUSED and `status`, 200-599.
 * On a defect the decision is unchanged. */
U101_API u101_defect u101_answer_reject(u101_decision *decision, int status,
                                        const u101_answer *answer);

/* Makes any decision a REJECT for a reason of the server's own. */
U101_API void u101_decision_refuse(u101_decision *decision, u101_reason reason);

/*
 * Writes the response of a decision and returns its size.  If that is above
 * `capacity`, what `out` holds is of no use.  `received` begins with the request,
 * `now` is in seconds since 1970 for Date, and `answer` is NULL or was taken by
 * u101_answer_accept or u101_answer_reject.
 */
U101_API size_t u101_decision_write_response(const u101_negotiator *negotiator,
                                             const u101_decision *decision, const char *received,
                                             const u101_answer *answer, int64_t now, char *out,
                                             size_t capacity);

/* Where the final response stands in what u101_decision_write_response wrote: a
 * 100 may precede it. */
typedef struct {
    size_t begin;   /* its first byte */
    size_t fields;  /* where its field lines begin, for u101_fields_next */
    size_t content; /* where its field lines have ended and its content begins */
} u101_response_parts;

/* All zeros if the decision has no response. */
U101_API u101_response_parts u101_decision_response_parts(const u101_decision *decision,
                                                          u101_slice response);

/* Writes the name of the protocol of a SWITCH ("websocket", "name/version"), and
 * returns its size as u101_decision_write_response does. */
U101_API size_t u101_decision_write_protocol(const u101_negotiator *negotiator,
                                             const u101_decision *decision, char *out,
                                             size_t capacity);

/* Writes the value of Sec-WebSocket-Extensions of a SWITCH in the same way.  0: there
 * is no such field. */
U101_API size_t u101_decision_write_extensions(const u101_decision *decision,
                                               const u101_answer *answer, char *out,
                                               size_t capacity);

/* Writes the head of a PASS in the same way, as whoever serves HTTP should see it
 * [contract 8.4].  0: the decision is no PASS.  It is never larger than the head. */
U101_API size_t u101_decision_write_forward(const u101_negotiator *negotiator,
                                            const u101_decision *decision, const char *received,
                                            char *out, size_t capacity);

/* Copies the body of a SWITCH without its chunk framing: content_size bytes. */
U101_API void u101_decision_copy_content(const u101_decision *decision, const char *received,
                                         char *out);

#define U101_DETAIL_SIZE 200

/*
 * Writes one line for a log, at most U101_DETAIL_SIZE bytes of printable ASCII,
 * and returns its size: what was wrong, with the values that decided it.  `received`
 * holds the bytes of the request up to the decision's head_size or, if no head was
 * completed, up to its offset.
 */
U101_API size_t u101_detail_write(const u101_negotiator *negotiator, const u101_decision *decision,
                                  u101_slice received, char out[U101_DETAIL_SIZE]);

/* ---- reading what was decided on -------------------------------------- */

/* The next field line of a head that was completed.  `cursor` starts at the
 * decision's `fields`.  False: there are no more. */
U101_API bool u101_fields_next(const char *head, size_t head_size, size_t *cursor,
                               u101_field *field);

/* The same for the lines of one field: its name is compared letter case aside
 * [RFC 9110 5.1]. */
U101_API bool u101_fields_next_named(const char *head, size_t head_size, size_t *cursor,
                                     u101_slice name, u101_slice *value);

/* What joins several lines of one field into their combined value [RFC 9110 5.3]. */
#define U101_FIELDS_SEPARATOR ", "

/* The next element in one line of a list field.  `rest` is moved past it.  A comma in a
 * quoted string does not end an element [RFC 9110 5.6.1, 5.6.4].  A string that is
 * never closed reaches to the end of the line.  False: there are no more. */
U101_API bool u101_fields_next_quoted(u101_slice *rest, u101_slice *element);

/* Path and query of the decision's request, not decoded.  The path is empty if the
 * target is in another form than origin-form and absolute-form.  False: there is
 * no query. */
U101_API bool u101_target_parts(const u101_decision *decision, const char *received,
                                u101_slice *path, u101_slice *query);

#define U101_MAX_SETTINGS 64

typedef struct {
    uint16_t identifier;
    uint32_t value;
} u101_setting;

/* The settings of an HTTP2-Settings value, in order [RFC 7540 3.2.1]: how many
 * there are, or -1 if the value is not sound [contract 5]. */
U101_API int u101_h2c_read_settings(u101_slice value, u101_setting settings[U101_MAX_SETTINGS]);

/* ---- reading responses ------------------------------------------------- */

/* One response, with the interim ones before it, as far as its head has been read. */
typedef struct {
    u101_head head; /* its spans count from the first byte of the head that is being read */
    u101_span phrase;
    int status;       /* of the head that was read last */
    bool to_head;     /* the request's method was HEAD */
    bool to_connect;  /* the request's method was CONNECT */
    uint8_t framing;  /* u101_framing of the body */
    uint64_t length;  /* its Content-Length, or 0 */
    bool keeps_alive; /* whether a further response may follow on the connection */
} u101_response;

typedef enum {
    U101_RESPONSE_MORE,    /* more bytes are needed */
    U101_RESPONSE_INTERIM, /* a 1xx other than 101: u101_response_next, then read on */
    U101_RESPONSE_FINAL,   /* the final head; the body follows, as framing and length say */
    U101_RESPONSE_SWITCH,  /* a 101, or a 2xx to CONNECT: HTTP ends after the head */
    U101_RESPONSE_DEFECT,  /* head.next is the offset of the byte that shows the defect */
} u101_response_result;

/* `method` is that of the request [RFC 9112 6.3]. */
U101_API void u101_response_init(u101_response *response, u101_slice method);

/*
 * Reads on.  `received` is everything since the first byte of the head: the bytes of
 * earlier calls, unchanged, and those after them.  A head that was completed ends at
 * head.next.  A defect sets `reason`; it is BAD_VERSION if the status line is unsound.
 * Limits are those of a request's head.
 */
U101_API u101_response_result u101_response_read(const u101_limits *limits, u101_response *response,
                                                 u101_slice received, u101_reason *reason);

/* Begins the head that follows an interim one. */
U101_API void u101_response_next(u101_response *response);

#ifdef __cplusplus
}
#endif

#endif
