// What Synesthesia wants of MPI, in a library of its own that is compiled where it runs: Scripts/mpi-plugin does it with
// the cluster's mpicc. The program opens it when it was started as one of several ranks, so it is built without MPI and
// works with any: Open MPI, MPICH and what is derived from them have different types, which only this file knows.
//
// Every wait is a look that returns at once, under one lock, so any thread may call, and who waits can sleep.
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SYNESTHESIA_MPI_VERSION 1

// A message on its way. Its bytes are kept until MPI has no more use for them.
struct letter {
    MPI_Request request;
    struct letter *next;
    unsigned char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct letter *letters;
static MPI_Comm world = MPI_COMM_NULL;

// Frees what has arrived. `wait`: until all has.
static void sweep(int wait) {
    struct letter **place = &letters;
    while (*place) {
        struct letter *letter = *place;
        int gone = 0;
        if (wait) {
            MPI_Wait(&letter->request, MPI_STATUS_IGNORE);
            gone = 1;
        } else {
            MPI_Test(&letter->request, &gone, MPI_STATUS_IGNORE);
        }
        if (gone) {
            *place = letter->next;
            free(letter);
        } else {
            place = &letter->next;
        }
    }
}

int synesthesia_mpi_version(void) { return SYNESTHESIA_MPI_VERSION; }

// 0, or 1 where MPI cannot be begun, or 2 where it allows no second thread.
int synesthesia_mpi_begin(int *count, int *number, int *neighbours) {
    int level = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS) return 1;
    if (level < MPI_THREAD_SERIALIZED) return 2;
    MPI_Comm_dup(MPI_COMM_WORLD, &world);
    MPI_Comm_size(world, count);
    MPI_Comm_rank(world, number);
    MPI_Comm node;
    MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, neighbours);
    MPI_Comm_free(&node);
    return 0;
}

int synesthesia_mpi_send(int rank, int tag, const void *bytes, long count) {
    if (count > 2147483647L) return 1;
    struct letter *letter = malloc(sizeof *letter + (size_t)count);
    if (!letter) return 1;
    memcpy(letter->bytes, bytes, (size_t)count);
    pthread_mutex_lock(&lock);
    sweep(0);
    int failed = MPI_Isend(letter->bytes, (int)count, MPI_BYTE, rank, tag, world, &letter->request) != MPI_SUCCESS;
    if (failed) {
        free(letter);
    } else {
        letter->next = letters;
        letters = letter;
    }
    pthread_mutex_unlock(&lock);
    return failed;
}

// Takes a message of a rank (-1: of any) with a tag. Returns its length, its sender in `from` and its bytes in `bytes`,
// which synesthesia_mpi_free frees; -1 where there is none.
long synesthesia_mpi_receive(int rank, int tag, int *from, void **bytes) {
    MPI_Status status;
    MPI_Message message;
    int found = 0, count = 0;
    long length = -1;
    pthread_mutex_lock(&lock);
    sweep(0);
    MPI_Improbe(rank < 0 ? MPI_ANY_SOURCE : rank, tag, world, &found, &message, &status);
    if (found) {
        MPI_Get_count(&status, MPI_BYTE, &count);
        *bytes = malloc(count > 0 ? (size_t)count : 1);
        if (!*bytes) MPI_Abort(world, 1);
        MPI_Mrecv(*bytes, count, MPI_BYTE, &message, &status);
        *from = status.MPI_SOURCE;
        length = count;
    }
    pthread_mutex_unlock(&lock);
    return length;
}

void synesthesia_mpi_free(void *bytes) { free(bytes); }

void synesthesia_mpi_leave(void) {
    pthread_mutex_lock(&lock);
    sweep(1);
    MPI_Barrier(world);
    MPI_Comm_free(&world);
    MPI_Finalize();
    pthread_mutex_unlock(&lock);
}

void synesthesia_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
