#include "CHTTP.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// Types and numbers are libcurl's own; the library is opened when it is first needed. What is called is found by name, with
// the type that the header declares. Checking arguments by macros wants calls by name, so it is left out.
#undef curl_easy_setopt

static struct {
    int isLoaded;
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_setopt) easy_setopt;
    __typeof__(&curl_easy_perform) easy_perform;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
    void *library = NULL;
    for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
#define FIND(name) curl.name = (__typeof__(curl.name))dlsym(library, "curl_" #name)
    FIND(global_init);
    FIND(easy_init);
    FIND(easy_setopt);
    FIND(easy_perform);
    FIND(easy_cleanup);
    FIND(easy_strerror);
    FIND(slist_append);
    FIND(slist_free_all);
#undef FIND
    curl.isLoaded = curl.global_init && curl.easy_init && curl.easy_setopt && curl.easy_perform && curl.easy_cleanup
        && curl.easy_strerror && curl.slist_append && curl.slist_free_all
        && curl.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

typedef struct {
    const chttp_request *request;
    int isStopped, hasBody;
} Exchange;

static size_t receive_header(char *bytes, size_t size, size_t count, void *data) {
    Exchange *exchange = data;
    if (exchange->request->onHeader(exchange->request->context, bytes, size * count) == 0) return size * count;
    exchange->isStopped = 1;
    return 0;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *data) {
    Exchange *exchange = data;
    exchange->hasBody = 1;
    if (exchange->request->onBody(exchange->request->context, bytes, size * count) == 0) return size * count;
    exchange->isStopped = 1;
    return 0;
}

static int tick(void *data, curl_off_t total, curl_off_t now, curl_off_t sendTotal, curl_off_t sent) {
    (void)total, (void)now, (void)sendTotal, (void)sent;
    Exchange *exchange = data;
    if (exchange->request->onTick(exchange->request->context) == 0) return 0;
    exchange->isStopped = 1;
    return 1;
}

static chttp_outcome outcome(CURLcode code, const Exchange *exchange) {
    switch (code) {
    case CURLE_OK: return CHTTP_DONE;
    case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_CONNECT:
        return CHTTP_UNREACHABLE;
    case CURLE_HTTP2: case CURLE_PARTIAL_FILE: case CURLE_OPERATION_TIMEDOUT: case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING: case CURLE_SEND_ERROR: case CURLE_RECV_ERROR: case CURLE_HTTP2_STREAM: return CHTTP_CUT;
    case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CACERT_BADFILE: return CHTTP_UNTRUSTED;
    case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_URL_MALFORMAT: return CHTTP_BAD_ADDRESS;
    // What libcurl says of a header that is longer than it takes (CURLE_TOO_LARGE, 100, since 8.6).
    case CURLE_OUT_OF_MEMORY: case (CURLcode)100: return exchange->hasBody ? CHTTP_FAILED : CHTTP_LONG_HEADER;
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
    CURL *handle = curl.easy_init();
    if (handle == NULL) return CHTTP_FAILED;
    Exchange exchange = {.request = request};
    char words[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    for (const char *const *header = request->headers; *header != NULL; header++) {
        struct curl_slist *longer = curl.slist_append(headers, *header);
        if (longer != NULL) headers = longer;
    }
    curl.easy_setopt(handle, CURLOPT_URL, request->url);
    curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl.easy_setopt(handle, CURLOPT_NOBODY, (long)(request->headOnly != 0));
    curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl.easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, request->connectSeconds);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, request->slowest);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, request->stallSeconds);
    curl.easy_setopt(handle, CURLOPT_TIMEOUT, request->totalSeconds);
    curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, receive_header);
    curl.easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
    curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive_body);
    curl.easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
    curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, tick);
    curl.easy_setopt(handle, CURLOPT_XFERINFODATA, &exchange);
    // The variables http_proxy and so on are libcurl's to read; no proxy can reach this machine's own loopback.
    if (is_loopback(request->url)) curl.easy_setopt(handle, CURLOPT_NOPROXY, "*");
    CURLcode code = curl.easy_perform(handle);
    if (code != CURLE_OK) snprintf(problem, problemSize, "%s", words[0] ? words : curl.easy_strerror(code));
    curl.easy_cleanup(handle);
    curl.slist_free_all(headers);
    return exchange.isStopped ? CHTTP_STOPPED : outcome(code, &exchange);
}
