/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sabotage.h"

#ifdef JURAT_SABOTAGE
#include <string.h>

static char name[64]; /* test builds only: the one piece of global state */

void
sabotage_set(const char *check, size_t len)
{
	if (len >= sizeof name)
		len = sizeof name - 1;
	memset(name, 0, sizeof name);
	memcpy(name, check, len);
}

const char *
sabotage_name(void)
{
	return name;
}

bool
sabotaged(const char *check)
{
	size_t i = 0;

	while (i < sizeof name - 1 && check[i] != '\0' && check[i] == name[i])
		i++;
	return name[0] != '\0' && check[i] == name[i];
}
#else
typedef int sabotage_is_not_compiled;
#endif
