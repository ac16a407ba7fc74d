#include "CHTTP.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// The part of libcurl's binary interface (version 4 of the library, stable since 2006) that is used here.
enum {
    OPTION_WRITEDATA = 10001, OPTION_URL = 10002, OPTION_ERRORBUFFER = 10010, OPTION_USERAGENT = 10018,
    OPTION_HTTPHEADER = 10023, OPTION_HEADERDATA = 10029, OPTION_XFERINFODATA = 10057, OPTION_NOPROXY = 10177,
    OPTION_WRITEFUNCTION = 20011, OPTION_HEADERFUNCTION = 20079, OPTION_XFERINFOFUNCTION = 20219,
    OPTION_LOW_SPEED_LIMIT = 19, OPTION_LOW_SPEED_TIME = 20, OPTION_NOPROGRESS = 43, OPTION_NOBODY = 44,
    OPTION_FOLLOWLOCATION = 52, OPTION_CONNECTTIMEOUT = 78, OPTION_NOSIGNAL = 99, OPTION_PROTOCOLS = 181,
    GLOBAL_ALL = 3, PROTOCOL_HTTP_AND_HTTPS = 3, ERROR_BUFFER_SIZE = 256,
};

enum {
    CODE_OK = 0, CODE_UNSUPPORTED_PROTOCOL = 1, CODE_URL_MALFORMAT = 3, CODE_COULDNT_RESOLVE_PROXY = 5,
    CODE_COULDNT_RESOLVE_HOST = 6, CODE_COULDNT_CONNECT = 7, CODE_HTTP2 = 16, CODE_PARTIAL_FILE = 18,
    CODE_WRITE_ERROR = 23, CODE_OPERATION_TIMEDOUT = 28, CODE_SSL_CONNECT_ERROR = 35, CODE_ABORTED_BY_CALLBACK = 42,
    CODE_GOT_NOTHING = 52, CODE_SEND_ERROR = 55, CODE_RECV_ERROR = 56, CODE_PEER_FAILED_VERIFICATION = 60,
    CODE_SSL_CACERT_BADFILE = 77, CODE_HTTP2_STREAM = 92,
};

typedef struct List List;

static struct {
    int isLoaded;
    int (*global_init)(long flags);
    void *(*easy_init)(void);
    int (*easy_setopt)(void *handle, int option, ...);
    int (*easy_perform)(void *handle);
    void (*easy_cleanup)(void *handle);
    const char *(*easy_strerror)(int code);
    List *(*slist_append)(List *list, const char *text);
    void (*slist_free_all)(List *list);
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
    void *library = NULL;
    for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
    curl.global_init = dlsym(library, "curl_global_init");
    curl.easy_init = dlsym(library, "curl_easy_init");
    curl.easy_setopt = dlsym(library, "curl_easy_setopt");
    curl.easy_perform = dlsym(library, "curl_easy_perform");
    curl.easy_cleanup = dlsym(library, "curl_easy_cleanup");
    curl.easy_strerror = dlsym(library, "curl_easy_strerror");
    curl.slist_append = dlsym(library, "curl_slist_append");
    curl.slist_free_all = dlsym(library, "curl_slist_free_all");
    curl.isLoaded = curl.global_init && curl.easy_init && curl.easy_setopt && curl.easy_perform && curl.easy_cleanup
        && curl.easy_strerror && curl.slist_append && curl.slist_free_all && curl.global_init(GLOBAL_ALL) == CODE_OK;
}

typedef struct {
    const chttp_request *request;
    int isStopped;
} Exchange;

static size_t receive_header(char *bytes, size_t size, size_t count, void *data) {
    Exchange *exchange = data;
    if (exchange->request->onHeader(exchange->request->context, bytes, size * count) == 0) return size * count;
    exchange->isStopped = 1;
    return 0;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *data) {
    Exchange *exchange = data;
    if (exchange->request->onBody(exchange->request->context, bytes, size * count) == 0) return size * count;
    exchange->isStopped = 1;
    return 0;
}

static int tick(void *data, long long total, long long now, long long sendTotal, long long sent) {
    (void)total, (void)now, (void)sendTotal, (void)sent;
    Exchange *exchange = data;
    if (exchange->request->onTick(exchange->request->context) == 0) return 0;
    exchange->isStopped = 1;
    return 1;
}

static chttp_outcome outcome(int code) {
    switch (code) {
    case CODE_OK: return CHTTP_DONE;
    case CODE_COULDNT_RESOLVE_PROXY: case CODE_COULDNT_RESOLVE_HOST: case CODE_COULDNT_CONNECT: return CHTTP_UNREACHABLE;
    case CODE_HTTP2: case CODE_PARTIAL_FILE: case CODE_OPERATION_TIMEDOUT: case CODE_SSL_CONNECT_ERROR:
    case CODE_GOT_NOTHING: case CODE_SEND_ERROR: case CODE_RECV_ERROR: case CODE_HTTP2_STREAM: return CHTTP_CUT;
    case CODE_PEER_FAILED_VERIFICATION: case CODE_SSL_CACERT_BADFILE: return CHTTP_UNTRUSTED;
    case CODE_UNSUPPORTED_PROTOCOL: case CODE_URL_MALFORMAT: return CHTTP_BAD_ADDRESS;
    default: return CHTTP_FAILED;
    }
}

static int is_loopback(const char *url) {
    const char *host = strstr(url, "://");
    if (host == NULL) return 0;
    host += 3;
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 || strncmp(host, "localhost:", 10) == 0
        || strncmp(host, "localhost/", 10) == 0;
}

chttp_outcome chttp_get(const chttp_request *request, char *problem, size_t problemSize) {
    problem[0] = 0;
    pthread_once(&once, load);
    if (!curl.isLoaded) return CHTTP_NO_LIBRARY;
    void *handle = curl.easy_init();
    if (handle == NULL) return CHTTP_FAILED;
    Exchange exchange = {request, 0};
    char words[ERROR_BUFFER_SIZE] = "";
    List *headers = NULL;
    for (const char *const *header = request->headers; *header != NULL; header++) {
        List *longer = curl.slist_append(headers, *header);
        if (longer != NULL) headers = longer;
    }
    curl.easy_setopt(handle, OPTION_URL, request->url);
    curl.easy_setopt(handle, OPTION_HTTPHEADER, headers);
    curl.easy_setopt(handle, OPTION_NOBODY, (long)(request->headOnly != 0));
    curl.easy_setopt(handle, OPTION_ERRORBUFFER, words);
    curl.easy_setopt(handle, OPTION_PROTOCOLS, (long)PROTOCOL_HTTP_AND_HTTPS);
    curl.easy_setopt(handle, OPTION_FOLLOWLOCATION, 0L);
    curl.easy_setopt(handle, OPTION_NOSIGNAL, 1L);
    curl.easy_setopt(handle, OPTION_CONNECTTIMEOUT, request->connectSeconds);
    curl.easy_setopt(handle, OPTION_LOW_SPEED_LIMIT, 1L);
    curl.easy_setopt(handle, OPTION_LOW_SPEED_TIME, request->stallSeconds);
    curl.easy_setopt(handle, OPTION_HEADERFUNCTION, receive_header);
    curl.easy_setopt(handle, OPTION_HEADERDATA, &exchange);
    curl.easy_setopt(handle, OPTION_WRITEFUNCTION, receive_body);
    curl.easy_setopt(handle, OPTION_WRITEDATA, &exchange);
    curl.easy_setopt(handle, OPTION_NOPROGRESS, 0L);
    curl.easy_setopt(handle, OPTION_XFERINFOFUNCTION, tick);
    curl.easy_setopt(handle, OPTION_XFERINFODATA, &exchange);
    // The variables http_proxy and so on are libcurl's to read; no proxy can reach this machine's own loopback.
    if (is_loopback(request->url)) curl.easy_setopt(handle, OPTION_NOPROXY, "*");
    int code = curl.easy_perform(handle);
    if (code != CODE_OK) snprintf(problem, problemSize, "%s", words[0] ? words : curl.easy_strerror(code));
    curl.easy_cleanup(handle);
    curl.slist_free_all(headers);
    return exchange.isStopped ? CHTTP_STOPPED : outcome(code);
}
