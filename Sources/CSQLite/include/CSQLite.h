/* SQLite's declarations. SQLITE_TRANSIENT is a cast of -1, which Swift cannot import: two wrappers. */
#ifndef FLOWPROBE_CSQLITE_H
#define FLOWPROBE_CSQLITE_H

#include <sqlite3.h>

static inline int flowprobe_bind_text(sqlite3_stmt *statement, int index, const char *text, int octets) {
    return sqlite3_bind_text(statement, index, text, octets, SQLITE_TRANSIENT);
}

static inline int flowprobe_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int octets) {
    return sqlite3_bind_blob(statement, index, bytes, octets, SQLITE_TRANSIENT);
}

#endif
