/* A tool of jamey. Its arguments are one JSON text: the last argument, or stdin where that is "-". What it writes
   to stdout is its output; stderr is shown when it fails; exit code 0 is success. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *from) {
  size_t size = 0, room = 1 << 16;
  char *text = malloc(room);
  while (text) {
    size += fread(text + size, 1, room - size - 1, from);
    text[size] = 0;
    if (room - size > 1) break;
    text = realloc(text, room *= 2);
  }
  return text;
}

/* The text of one field of a flat object, in place of what it was; NULL where it is not there. */
static char *field(char *json, const char *name) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  char *from = strstr(json, key);
  if (!from) return NULL;
  from += strlen(key);
  char *text = from, *to = from;
  for (; *from && *from != '"'; from++) {
    if (*from == '\\' && from[1]) {
      from++;
      *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
  return text;
}

int main(int count, char **given) {
  char *arguments = count > 1 ? given[count - 1] : "-";
  if (strcmp(arguments, "-") == 0) arguments = read_all(stdin);
  char *name = arguments ? field(arguments, "name") : NULL;
  if (!name || !*name) {
    fputs("Nobody to greet: the name is empty.\n", stderr);
    return 1;
  }
  printf("Hello, %s!\n", name);
  return 0;
}
