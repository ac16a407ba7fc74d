// One HTTP request at a time, through the system's libcurl, which is opened when the first request is made: a program
// that never asks for a network does not load it. The caller's thread does the work; callbacks run on it.
#ifndef CHTTP_H
#define CHTTP_H

#include <stddef.h>

typedef enum {
    CHTTP_DONE = 0,
    /// No libcurl on this system.
    CHTTP_NO_LIBRARY,
    /// The host could not be found or did not answer.
    CHTTP_UNREACHABLE,
    /// The connection broke, stalled, or ended early.
    CHTTP_CUT,
    /// The server's certificate is not trusted.
    CHTTP_UNTRUSTED,
    /// The address is not one of http or https.
    CHTTP_BAD_ADDRESS,
    /// The server's headers are longer than libcurl takes.
    CHTTP_LONG_HEADER,
    /// A callback asked to stop.
    CHTTP_STOPPED,
    CHTTP_FAILED,
} chttp_outcome;

typedef struct {
    const char *url;
    /// "Name: value", ended by NULL.
    const char *const *headers;
    /// Ask for status and headers only.
    int headOnly;
    long connectSeconds;
    /// Give up when fewer bytes a second than `slowest` came for so many seconds.
    long stallSeconds, slowest;
    /// Give up after so many seconds altogether; 0 for never.
    long totalSeconds;
    void *context;
    /// Return anything but 0 to stop. A header line comes with its line end; a status line begins with "HTTP/".
    int (*onHeader)(void *context, const char *line, size_t count);
    int (*onBody)(void *context, const void *bytes, size_t count);
    /// Called about once a second or more often, also while nothing arrives.
    int (*onTick)(void *context);
} chttp_request;

/// Redirects are not followed. `problem` receives libcurl's words for a failure.
chttp_outcome chttp_get(const chttp_request *request, char *problem, size_t problemSize);

#endif
