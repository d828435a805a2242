#include "CShims.h"

// The C library's own tcp_info ends before the byte counters; the kernel's header has them.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

int shim_tcp_bytes_of(int socket, struct shim_tcp_bytes *bytes) {
  struct tcp_info info;
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return -1;
  }
  if (size < offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans) {
    return -1;
  }
  bytes->received = info.tcpi_bytes_received;
  bytes->sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
  bytes->acknowledged = info.tcpi_bytes_acked;
  return 0;
}
