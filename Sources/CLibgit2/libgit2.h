#include <git2.h>
#include <git2/sys/repository.h>
// git_error_clear() stands here from libgit2 1.8 on.
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>
#endif
