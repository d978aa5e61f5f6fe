#include "CBuildInfo.h"

#ifdef MOUNTMON_COMMIT
// The words of the macro as a string, so that no shell or manifest has to quote it.
#define TEXT(words) #words
#define TEXT_OF(macro) TEXT(macro)
#else
#define TEXT_OF(macro) ""
#endif

const char *cbuildinfo_commit(void) { return TEXT_OF(MOUNTMON_COMMIT); }
