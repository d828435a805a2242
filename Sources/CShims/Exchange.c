#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

#include "CShims.h"

int shim_exchange(const char *one, const char *two) {
  return renameat2(AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE);
}
