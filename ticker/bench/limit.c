/* What no server of one write per reader can beat: a bare send(2) loop over connected sockets.
 *
 * It reads no request: whatever a client says first is answered with a minimal 101. Each line on
 * the control socket becomes one WebSocket text frame and is sent to all. Two free loopback ports
 * are printed: for readers, and for lines. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS_MAX = 1 << 20, LINE_MAX_BYTES = 1 << 16, EVENTS = 1024 };

static int readers[SOCKETS_MAX]; /* sockets, close together */
static int place[SOCKETS_MAX];   /* socket -> where it stands in readers, plus 1 */
static int count;
static char pending[LINE_MAX_BYTES * 4];
static size_t held;

static const char hello[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\n\r\n";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listening(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, size) || listen(fd, 8192))
        fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    printf("%d ", ntohs(address.sin_port));
    return fd;
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        fail("epoll_ctl");
}

static void leave(int fd) {
    if (place[fd]) {
        int last = readers[--count];
        readers[place[fd] - 1] = last;
        place[last] = place[fd];
        place[fd] = 0;
    }
    close(fd);
}

static void answer(int fd) {
    char data[4096];
    ssize_t size = recv(fd, data, sizeof data, MSG_DONTWAIT);
    if (size <= 0) {
        leave(fd);
    } else if (!place[fd]) {
        send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL);
        readers[count] = fd;
        place[fd] = ++count;
    }
}

static void send_to_all(const char *line, size_t size) {
    static unsigned char frame[LINE_MAX_BYTES + 4];
    size_t head = size < 126 ? 2 : 4;
    if (size > 0xffff)
        return;
    frame[0] = 0x81;
    frame[1] = size < 126 ? size : 126;
    if (head == 4) {
        frame[2] = size >> 8;
        frame[3] = size & 0xff;
    }
    memcpy(frame + head, line, size);
    for (int i = 0; i < count; i++)
        send(readers[i], frame, head + size, MSG_NOSIGNAL); /* blocks where a socket is full */
}

static void take_lines(int fd) {
    ssize_t size = recv(fd, pending + held, sizeof pending - held, MSG_DONTWAIT);
    char *start = pending, *end;
    if (size <= 0)
        exit(0);
    held += size;
    while ((end = memchr(start, '\n', held - (start - pending)))) {
        send_to_all(start, end - start);
        start = end + 1;
    }
    held -= start - pending;
    memmove(pending, start, held);
}

int main(void) {
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(0), listener = listening(), control = listening(), master = -1, fd;
    printf("\n");
    fflush(stdout);
    watch(epoll, listener);
    watch(epoll, control);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            fd = events[i].data.fd;
            if (fd == listener) { /* sockets block, so that nothing is lost */
                while ((fd = accept(listener, NULL, NULL)) >= 0)
                    watch(epoll, fd);
            } else if (fd == control) {
                watch(epoll, master = accept(control, NULL, NULL));
            } else if (fd == master) {
                take_lines(fd);
            } else {
                answer(fd);
            }
        }
    }
}
