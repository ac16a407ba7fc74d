// Attention: of one query over what is cached, and of many at once with their gradients, against plain loops.
#ifndef KERNEL_PROGRAM_ATTENTION_H
#define KERNEL_PROGRAM_ATTENTION_H

#include "Reference.h"

static void attention(const kernel_table *t, int n) {
    enum { count = 21 };
    const uint16_t *sq = shorts(n, 11), *sk = shorts(count * n, 12), *sv = shorts(count * n, 13);
    float *q = room(n), *k = room(count * n), *v = room(count * n), *y = room(n), scores[count + 15];
    for (int i = 0; i < n; i++) q[i] = wide(sq[i]);
    for (int i = 0; i < count * n; i++) k[i] = wide(sk[i]), v[i] = wide(sv[i]);
    double e[512] = {0}, shares[count], sum = 0;
    for (int j = 0; j < count; j++) {
        double score = 0;
        for (int i = 0; i < n; i++) score += (double)q[i] * k[j * n + i];
        sum += shares[j] = exp(score * 0.1f);
    }
    for (int j = 0; j < count; j++)
        for (int i = 0; i < n; i++) e[i] += shares[j] / sum * v[j * n + i];
    t->attend_f32(q, k, v, count, n, 0.1f, k, scores, y);
    check("attend_f32", n, y, e, n, 1e-5);
    t->attend_bf16(sq, sk, sv, count, n, 0.1f, sk, scores, y);
    check("attend_bf16", n, y, e, n, 1e-5);
}

// One head's query, key and value of a position beside each other; what it gives and, of `g`, its gradients [time, 3·size].
static void attended(
    const attention_head *head, const float *qkv, const float *g, double *out, double *sums, double *gradients) {
    const int time = (int)head->time, size = (int)head->size, step = (int)head->step;
    double *shares = malloc(time * sizeof(double));
    memset(gradients, 0, (size_t)time * step * sizeof(double));
    for (int t = 0; t < time; t++) {
        const int seen = head->causal && t + 1 < (int)head->keys ? t + 1 : (int)head->keys;
        const float *q = qkv + t * step;
        double total = 0, along = 0;
        for (int j = 0; j < seen; j++) {
            double score = 0;
            for (int i = 0; i < size; i++) score += (double)q[i] * qkv[j * step + size + i];
            total += shares[j] = exp(score * head->scale);
        }
        sums[t] = log(total);
        for (int i = 0; i < size; i++) {
            out[t * size + i] = 0;
            for (int j = 0; j < seen; j++) out[t * size + i] += shares[j] / total * qkv[j * step + 2 * size + i];
            along += out[t * size + i] * g[t * size + i];
        }
        for (int j = 0; j < seen; j++) {
            const float *k = qkv + j * step + size, *v = k + size;
            double of_share = 0;
            for (int i = 0; i < size; i++) of_share += (double)g[t * size + i] * v[i];
            const double share = shares[j] / total, slope = share * (of_share - along) * head->scale;
            for (int i = 0; i < size; i++) {
                gradients[t * step + i] += slope * k[i];
                gradients[j * step + size + i] += slope * q[i];
                gradients[j * step + 2 * size + i] += share * g[t * size + i];
            }
        }
    }
    free(shares);
}

static void many_queries(const kernel_table *t) {
    const struct { size_t time, keys, size; bool causal; } cases[] = {
        {1, 1, 8, true}, {25, 25, 64, false}, {50, 33, 32, false}, {31, 31, 104, true}, {290, 281, 24, true}};
    for (int c = 0; c < 5; c++)
        for (int narrow = 0; narrow < 2; narrow++) {
            const flash_attention_kernels *kernel = narrow ? t->flash_attention_bf16 : t->flash_attention_f32;
            if (!kernel) continue;
            const size_t time = cases[c].time, size = cases[c].size, step = 3 * size;
            const attention_head head = {time, cases[c].keys, size, step, 0.15f, cases[c].causal};
            const uint16_t *sx = shorts(time * step, 31), *sg = shorts(time * size, 32);
            float *x = room(time * step), *g = room(time * size), *sums = room(time), *y = room(time * step);
            for (size_t i = 0; i < time * step; i++) x[i] = wide(sx[i]);
            for (size_t i = 0; i < time * size; i++) g[i] = wide(sg[i]);
            double *out = malloc(time * size * sizeof(double)), *e = malloc(time * step * sizeof(double));
            double *log_sums = malloc(time * sizeof(double));
            attended(&head, x, g, out, log_sums, e);
            void *work = aligned_alloc(64, (kernel->room(time, size) + 63) / 64 * 64), *found = room(time * size);
            const char *at = narrow ? (const char *)sx : (const char *)x;
            const size_t part = size * (narrow ? 2 : 4);
            kernel->forward(&head, at, at + part, at + 2 * part, found, size, sums, work);
            const int name = (int)(time * 1000 + size);
            if (narrow) check_shorts("flash_attention_bf16", name, found, out, time * size, 1e-2);
            else check("flash_attention_f32", name, found, out, time * size, 4e-6);
            check("flash_attention, sums", name, sums, log_sums, time, 4e-6);
            kernel->backward(
                &head, at, at + part, at + 2 * part, found, narrow ? (const void *)sg : g, size, sums, y, (char *)y + part,
                (char *)y + 2 * part, work);
            if (narrow) check_shorts("flash_attention_bf16, gradient", name, (const uint16_t *)y, e, time * step, 2e-2);
            else check("flash_attention_f32, gradient", name, y, e, time * step, 1e-5);
            free(out), free(e), free(log_sums), free(work);
        }
}

#endif
