/** The platform's player: an <audio> in browsers, WeChat's inner audio on the applet. */
import type { Sound, SoundEvents } from '@/lib/player'

function ofBrowser(events: SoundEvents): Sound {
  const audio = new Audio()
  audio.onplaying = () => events.playing()
  audio.onpause = () => !audio.ended && events.paused()
  audio.ontimeupdate = () => events.time(audio.currentTime * 1000)
  audio.onended = () => events.ended()
  audio.onerror = () => audio.getAttribute('src') && events.failed()
  const play = (): void => {
    // An end before it began is no failure: something else plays by now.
    audio.play().catch((e: { name?: string }) => e.name !== 'AbortError' && events.failed())
  }
  return {
    open: (source, at) => {
      audio.src = source
      audio.currentTime = at / 1000
      play()
    },
    play,
    pause: () => audio.pause(),
    seek: (at) => (audio.currentTime = at / 1000),
    close: () => {
      audio.pause()
      audio.removeAttribute('src')
    },
  }
}

function ofApplet(events: SoundEvents): Sound {
  const audio = uni.createInnerAudioContext()
  let begin = 0
  audio.onPlay(() => events.playing())
  audio.onPause(() => events.paused())
  audio.onTimeUpdate(() => events.time(audio.currentTime * 1000))
  audio.onEnded(() => events.ended())
  audio.onError(() => events.failed())
  audio.onCanplay(() => {
    if (begin) audio.seek(begin)
    begin = 0
  })
  return {
    open: (source, at) => {
      begin = at / 1000
      audio.src = source
      audio.play()
    },
    play: () => audio.play(),
    pause: () => audio.pause(),
    seek: (at) => audio.seek(at / 1000),
    close: () => audio.destroy(),
  }
}

export const openSound: (events: SoundEvents) => Sound =
  process.env.UNI_PLATFORM === 'h5' ? ofBrowser : ofApplet

/** WeChat's own, which uni does not pass on. */
interface AudioOption {
  setInnerAudioOption?(o: { obeyMuteSwitch: boolean; mixWithOther: boolean; speakerOn: boolean }): void
}
declare const wx: AudioOption | undefined

/**
 * On the applet: through the loudspeaker or at the ear, and also when the phone is set to silent, since somebody asked to hear it. A
 * browser goes by what the device is set to.
 */
export function routeSound(ear: boolean): void {
  if (process.env.UNI_PLATFORM === 'h5' || typeof wx === 'undefined') return
  wx.setInnerAudioOption?.({ obeyMuteSwitch: false, mixWithOther: false, speakerOn: !ear })
}
