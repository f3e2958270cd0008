/* Voice, through all that the child does with it: frames, and libmpg123 for how loud they are. */
#include "fuzz.h"

#include "core.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct decode_head head;
	uint8_t *outputs[2], *copy = (uint8_t *)text_of(bytes, size);
	core_run(DECODE_VOICE, copy, size, &head, outputs);
	check(head.status < DECODE_STATUSES && (head.status == DECODE_DONE) == (outputs[0] != NULL), "it is done or not");
	check(head.sizes[0] <= size && head.sizes[1] == 0 && head.duration < 61000, "it is bounded");
	for (int i = 0; i < DECODE_BARS; i++)
		check(head.waveform[i] <= 100, "no bar is higher than the highest");
	free(outputs[0]);
	free(copy);
	return 0;
}
