/** The pictures of a chat, one of them opened in full. */
import { computed, ref, type ComputedRef } from 'vue'
import type { Row } from '@/lib/chatlines'
import { ownMedia } from '@/lib/ownmedia'
import { mediaFile } from '@/platform/mediafile'
import { refused } from '@/platform/refused'

const isPicture = (row: Row): boolean =>
  row.kind === 'line' && row.type === 'image' && !!row.media && row.seq > 0

const addressOf = (row: Row): string => row.media?.url || ownMedia.get(row.client_id)

/** WeChat shows pictures by itself: with zoom, and with a way to save and to pass on. */
async function preview(all: Row[], row: Row): Promise<void> {
  const known = await mediaFile(addressOf(row))
  const others = all.map((one) => (one === row ? known : ownMedia.get(one.client_id))).filter(Boolean)
  uni.previewImage({ current: known, urls: others, fail: () => undefined })
}

/** Into the album of the phone, on the applet. */
export async function savePicture(row: Row): Promise<void> {
  const filePath = await mediaFile(addressOf(row))
  await new Promise<void>((resolve, reject) =>
    uni.saveImageToPhotosAlbum({
      filePath,
      success: () => resolve(),
      fail: (e) => {
        const message = String((e as { errMsg?: string } | undefined)?.errMsg ?? '')
        if (/cancel/.test(message)) resolve()
        else reject(refused('album_refused', message))
      },
    }),
  )
}

export function usePictures(rows: ComputedRef<Row[]>) {
  /** The key of the one that is open. */
  const viewing = ref('')
  const all = computed(() => rows.value.filter(isPicture))
  /** Nothing once it was taken back. */
  const viewed = computed(() => all.value.find((row) => row.key === viewing.value))

  /** The key of the one before (-1) or after (1) it; empty where there is none. */
  function beside(step: 1 | -1): string {
    const at = all.value.findIndex((row) => row.key === viewing.value)
    return at < 0 ? '' : (all.value[at + step]?.key ?? '')
  }

  function open(row: Row): void {
    if (process.env.UNI_PLATFORM === 'h5') viewing.value = row.key
    else void preview(all.value, row).catch(() => undefined)
  }

  return { viewing, viewed, beside, open }
}
