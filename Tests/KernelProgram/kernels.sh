# For scripts that test kernels in an emulator, from the repository's root: the program, and its results of two classes.

# compile_kernels OUT [OPTION...]
compile_kernels() {
    local out=$1
    shift
    clang -O2 -Wall -Wextra -Werror -ISources/CKernels/include "$@" Tests/KernelProgram/main.c \
        $(find Sources/CKernels -name '*.c' | LC_ALL=C sort) -lm -lpthread -o "$out"
}

# same_bits CLASS RESULTS AVX2'S: whether the two files are alike; where they are not is told.
same_bits() {
    if diff "$3" "$2" >&2; then
        echo "$1: every bit of $(grep -c . "$2") results is that of avx2" >&2
    else
        echo "$0: avx2 and $1 differ in the results above" >&2
        return 1
    fi
}
