// What only the build knows. A target of its own, so that another commit compiles this and nothing
// else anew.
#ifndef CBUILDINFO_H
#define CBUILDINFO_H

/// The commit as MOUNTMON_COMMIT said it when Package.swift was read; empty where nobody said it.
const char *cbuildinfo_commit(void);

#endif
