/*
 * listen: opens nginx's listening sockets and hands them to it.
 *
 *   listen [--user NAME] SOCKET... -- PROGRAM [ARGUMENT...]
 *   listen --check SOCKET...
 *
 * SOCKET is ADDRESS:PORT, [ADDRESS]:PORT, unix:PATH, which its folder's group may
 * connect to, or private:PATH, which nobody may but who starts this. Two things that nginx
 * cannot do by itself need this: TCP_NODELAY on plain connections that were
 * upgraded (accepted sockets inherit it from here; without it a second small
 * frame waits some 40 ms for a delayed acknowledgement), and a port below 1024
 * without a master process that stays root. The sockets reach nginx through its
 * NGINX variable, as they do when one nginx replaces another.
 *
 * --check only tries whether the addresses are free.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
#define SOCKETS_MAX 32

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "listen: %s: %s\n", what, why);
	exit(1);
}

/* user: whose it becomes. */
static int open_unix(const char *path, const struct passwd *user, mode_t mode, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		die(name, strerror(errno));
	if (length >= sizeof address.sun_path)
		die(name, "a socket's path has at most 107 characters");
	memcpy(address.sun_path, path, length + 1);
	if (unlink(path) < 0 && errno != ENOENT)
		die(name, strerror(errno));
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die(name, strerror(errno));
	/* in this order: once it is theirs they could replace it */
	if (chmod(path, mode) < 0 || (user && chown(path, user->pw_uid, (gid_t)-1) < 0))
		die(name, strerror(errno));
	return fd;
}

/* Splits "[::1]:80" and "127.0.0.1:80" in place. */
static char *split_port(char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		die(text, "give ADDRESS:PORT, unix:PATH or private:PATH");
	*colon = '\0';
	return colon + 1;
}

static int open_tcp(const char *name)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char text[128], *host = text, *port;
	int fd, failed, on = 1;

	if (snprintf(text, sizeof text, "%s", name) >= (int)sizeof text)
		die(name, "too long");
	port = split_port(text);
	if (*host == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		host++;
	}
	failed = getaddrinfo(host, port, &hints, &found);
	if (failed || !found)
		die(name, gai_strerror(failed));
	fd = socket(found->ai_family, SOCK_STREAM, 0);
	if (fd < 0)
		die(name, strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die(name, strerror(errno));
	if (found->ai_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		die(name, strerror(errno));
	if (bind(fd, found->ai_addr, found->ai_addrlen) < 0)
		die(name, strerror(errno));
	freeaddrinfo(found);
	return fd;
}

static int open_socket(const char *name, const struct passwd *user)
{
	int fd = strncmp(name, "unix:", 5) == 0      ? open_unix(name + 5, user, 0660, name)
	         : strncmp(name, "private:", 8) == 0 ? open_unix(name + 8, NULL, 0600, name)
	                                             : open_tcp(name);

	if (listen(fd, BACKLOG) < 0)
		die(name, strerror(errno));
	return fd;
}

/* For good: the groups first, the user last. The output stays open to the user,
 * so that nginx can open it again by its name. */
static void become(const struct passwd *user)
{
	struct stat output;

	if (fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode) &&
	    fchown(STDOUT_FILENO, user->pw_uid, (gid_t)-1) < 0)
		die("standard output", strerror(errno));
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)
		die(user->pw_name, strerror(errno));
}

int main(int argc, char **argv)
{
	char inherited[SOCKETS_MAX * 12] = "";
	const struct passwd *user = NULL;
	bool check = false;
	size_t length = 0;
	int at = 1;

	if (at < argc && strcmp(argv[at], "--check") == 0) {
		check = true;
		at++;
	} else if (at + 1 < argc && strcmp(argv[at], "--user") == 0) {
		/* cppcheck-suppress getpwnamCalled; there is one thread */
		user = getpwnam(argv[at + 1]);
		if (!user)
			die(argv[at + 1], "there is no such user");
		at += 2;
	}
	for (int first = at; at < argc && strcmp(argv[at], "--") != 0; at++) {
		if (at - first >= SOCKETS_MAX)
			die(argv[at], "too many sockets");
		length += (size_t)snprintf(inherited + length, sizeof inherited - length, "%d;", open_socket(argv[at], user));
	}
	if (check)
		return 0;
	if (!length || at + 1 >= argc) {
		fputs("usage: listen [--user NAME] SOCKET... -- PROGRAM [ARGUMENT...]\n"
		      "       listen --check SOCKET...\n",
		      stderr);
		return 2;
	}
	if (user)
		become(user);
	if (setenv("NGINX", inherited, 1) < 0)
		die("NGINX", strerror(errno));
	execvp(argv[at + 1], argv + at + 1);
	die(argv[at + 1], strerror(errno));
}
