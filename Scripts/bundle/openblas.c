// The three functions of OpenBLAS that we call, for a bundle that has no room for it: the product is plain, and
// eigenvalues, which nothing in the bundle asks for, end the program with a sentence.
#include <stdio.h>
#include <stdlib.h>

void openblas_set_num_threads(int count) { (void)count; }

// Row-major, as we always call it: out [m, n] = alpha · a · b + beta · out.
void cblas_dgemm(int order, int transposesA, int transposesB, int m, int n, int k, double alpha, const double *a,
                 int stepA, const double *b, int stepB, double beta, double *out, int step) {
    if (order != 101) {
        fputs("The small bundle multiplies row-major matrices only; pack it without --lean.\n", stderr);
        exit(70);
    }
    for (int i = 0; i < m; i++) {
        double *row = out + (size_t)i * step;
        for (int j = 0; j < n; j++) row[j] = beta == 0 ? 0 : row[j] * beta;
        for (int l = 0; l < k; l++) {
            double factor = alpha * (transposesA == 112 ? a[(size_t)l * stepA + i] : a[(size_t)i * stepA + l]);
            for (int j = 0; j < n; j++)
                row[j] += factor * (transposesB == 112 ? b[(size_t)j * stepB + l] : b[(size_t)l * stepB + j]);
        }
    }
}

void dsyevd_(void) {
    fputs("The small bundle cannot compute eigenvalues; pack it without --lean.\n", stderr);
    exit(70);
}
