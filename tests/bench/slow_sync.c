/* Counts every fdatasync and fsync of a process, and makes each last longer: real sync, then SLOW_SYNC_US.
   Loaded with LD_PRELOAD by tests/bench/commits.py, which reads the count through ctypes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long count;

long slow_sync_count(void) { return atomic_load(&count); }

static int synced(const char *name, int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *pause_us = getenv("SLOW_SYNC_US");
    atomic_fetch_add(&count, 1);
    int result = real(descriptor);
    if (pause_us && atoi(pause_us) > 0) usleep((useconds_t)atoi(pause_us));
    return result;
}

int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }
int fsync(int descriptor) { return synced("fsync", descriptor); }
