#ifndef CSHIMS_H
#define CSHIMS_H

// Swift cannot call C functions with variable arguments. Each wrapper fixes the types of one use.

#include <curl/curl.h>
#include <git2.h>

/// Switches libgit2's check of every object's hash at each read; packs are checked when they are indexed.
int shim_git_set_strict_hash_verification(int enabled);

/// Sets an option that takes a long.
CURLcode shim_curl_setopt_long(CURL *handle, CURLoption option, long value);
/// Sets an option that takes a string (copied by curl) or another pointer.
CURLcode shim_curl_setopt_pointer(CURL *handle, CURLoption option, const void *value);
/// Sets an option that takes a 64-bit offset.
CURLcode shim_curl_setopt_offset(CURL *handle, CURLoption option, curl_off_t value);

typedef size_t (*shim_curl_data_callback)(char *data, size_t size, size_t count, void *context);
/// Sets CURLOPT_WRITEFUNCTION or CURLOPT_HEADERFUNCTION.
CURLcode shim_curl_setopt_data_callback(CURL *handle, CURLoption option,
                                        shim_curl_data_callback callback);

typedef int (*shim_curl_socket_callback)(void *context, curl_socket_t socket,
                                         curlsocktype purpose);
/// Sets CURLOPT_SOCKOPTFUNCTION: called with each new socket, before it connects.
CURLcode shim_curl_set_new_socket_callback(CURL *handle, shim_curl_socket_callback callback);
typedef int (*shim_curl_close_callback)(void *context, curl_socket_t socket);
/// Sets CURLOPT_CLOSESOCKETFUNCTION: the callback closes the socket itself.
CURLcode shim_curl_set_close_socket_callback(CURL *handle, shim_curl_close_callback callback);
/// Sets an option that takes a blob, of which curl keeps a copy.
CURLcode shim_curl_setopt_blob(CURL *handle, CURLoption option, const void *bytes, size_t count);

CURLcode shim_curl_getinfo_long(CURL *handle, CURLINFO info, long *value);
CURLcode shim_curl_getinfo_offset(CURL *handle, CURLINFO info, curl_off_t *value);
/// The string belongs to the handle and lives until its next transfer.
CURLcode shim_curl_getinfo_string(CURL *handle, CURLINFO info, const char **value);

CURLMcode shim_curl_multi_setopt_long(CURLM *handle, CURLMoption option, long value);

/// What the kernel counted on one TCP connection, of payload and TLS alike.
struct shim_tcp_bytes {
  unsigned long long received;
  /// Sent, not counting what was sent again.
  unsigned long long sent;
  /// Sent, and acknowledged by the peer.
  unsigned long long acknowledged;
};
/// Reads TCP_INFO. Returns 0, or -1 where the kernel (before 4.19) does not count or the socket is none.
int shim_tcp_bytes_of(int socket, struct shim_tcp_bytes *bytes);

/// Lets two paths of one file system change places in one step (renameat2 of Linux). Returns 0, or -1 with errno.
int shim_exchange(const char *one, const char *two);

/// Lets malloc serve all threads from one heap that grows by 1 MiB, keeps 8 MiB when they fall free, and holds blocks of
/// less than 1 MiB.
void shim_share_heap(void);

/// Gives what is free of the heap back to the system.
void shim_trim_heap(void);

#endif
