/* The floor: what SRTP and the system call alone cost. N sessions and N sockets, 50 packets a second each, spread over
 * four phases of 5 ms as the pacer of the bots spreads them; nothing else is done. A child takes the packets off the
 * sockets every quarter of a second, as the sink of the other benches does.
 *
 * floor STREAMS SECONDS PAYLOAD_BYTES...  (payloads are sent in turn); prints "packets cpu_seconds".
 * cc -O2 floor.c -lsrtp2
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <srtp2/srtp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PHASES 4
#define HEADER 20 /* 12 bytes, and 8 of the extension with the audio level */

static void fail(const char *what) { perror(what); exit(1); }

static int udp(struct sockaddr_in *address) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 1 << 20;
  socklen_t length = sizeof *address;
  memset(address, 0, sizeof *address);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || bind(fd, (struct sockaddr *)address, length)) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  getsockname(fd, (struct sockaddr *)address, &length);
  return fd;
}

static void drain(int streams, const int *fds) {
  char buffer[2048];
  for (;;) {
    usleep(250000);
    for (int n = 0; n < streams; n++) while (recv(fds[n], buffer, sizeof buffer, 0) > 0) {}
  }
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  int streams = atoi(arguments[1]), sizes = count - 3;
  long ticks = atof(arguments[2]) * 50 * PHASES, packets = 0;
  int *from = calloc(streams, sizeof *from), *to = calloc(streams, sizeof *to);
  struct sockaddr_in *address = calloc(streams, sizeof *address), own;
  srtp_t *session = calloc(streams, sizeof *session);
  uint32_t *sequence = calloc(streams, sizeof *sequence);
  uint8_t key[44], payload[1500], packet[1700];
  for (size_t n = 0; n < sizeof key; n++) key[n] = n * 7;
  for (size_t n = 0; n < sizeof payload; n++) payload[n] = n * 13;
  if (srtp_init()) return 1;
  for (int n = 0; n < streams; n++) {
    from[n] = udp(&own);
    to[n] = udp(&address[n]);
    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, srtp_profile_aead_aes_256_gcm);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, srtp_profile_aead_aes_256_gcm);
    policy.key = key;
    policy.ssrc.type = ssrc_any_outbound;
    policy.window_size = 1024;
    policy.allow_repeat_tx = 1;
    if (srtp_create(&session[n], &policy)) { fputs("libsrtp2 was built without AES-GCM\n", stderr); return 1; }
  }
  pid_t child = fork();
  if (child == 0) drain(streams, to);
  struct rusage before, after;
  struct timespec at;
  getrusage(RUSAGE_SELF, &before);
  clock_gettime(CLOCK_MONOTONIC, &at);
  for (long tick = 0; tick < ticks; tick++) {
    for (int n = tick % PHASES; n < streams; n += PHASES) {
      int size = atoi(arguments[3 + (tick / PHASES) % sizes]), length = HEADER + size;
      uint32_t stamp = htonl(sequence[n] * 960), source = htonl(n + 2);
      uint16_t number = htons(sequence[n]++);
      uint8_t head[HEADER] = {0x90, 111, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xBE, 0xDE, 0, 1, 0x10, 30, 0, 0};
      memcpy(head + 2, &number, 2);
      memcpy(head + 4, &stamp, 4);
      memcpy(head + 8, &source, 4);
      memcpy(packet, head, HEADER);
      memcpy(packet + HEADER, payload, size);
      if (srtp_protect(session[n], packet, &length)) return 1;
      if (sendto(from[n], packet, length, 0, (struct sockaddr *)&address[n], sizeof address[n]) < 0) fail("sendto");
      packets++;
    }
    at.tv_nsec += 20000000 / PHASES;
    if (at.tv_nsec >= 1000000000) { at.tv_nsec -= 1000000000; at.tv_sec++; }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {}
  }
  getrusage(RUSAGE_SELF, &after);
  kill(child, SIGTERM);
  double used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
                (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
                (after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
  printf("%ld %.6f\n", packets, used);
  return 0;
}
