#pragma once

#include <cblas.h>
#include <stddef.h>

/* LAPACK's routine for a symmetric matrix's eigenvalues and eigenvectors by divide and conquer. OpenBLAS carries
   LAPACK without a C header, so its Fortran symbol is declared here; the last two arguments are the lengths of the
   two characters, which Fortran passes out of sight. */
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
             double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info,
             size_t jobz_length, size_t uplo_length);
