/**
 * The `wx` of these tests: WeChat's calls as far as the applet uses them, over real HTTP and WebSockets, and with WeChat's own limits.
 * It refuses what WeChat refuses: PATCH and other methods it has not, a Referer header, an eleventh request at once, a
 * sixth socket. After five seconds in the background its sockets die without a word, and no call goes out until it is back. What a person would choose, photograph or say is a file that the
 * test has laid down: `chosen.picture` and `chosen.voice`; `chosen.code` is what WeChat's login gives,
 * `chosen.subscribe` what is answered to a question about messages (nothing: they are switched off). What is private it hands
 * over to who has agreed to its privacy guide (`agreed`), and asks by the applet's own sheet, where app.json wants that.
 */
const fs = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const WebSocket = require('ws')

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']
const REQUESTS = 10
const SOCKETS = 5
const BACKGROUND = 5000

exports.makeWx = ({ storage, saved, navigate, onEvent, chosen = {}, privacy = { checked: false } }) => {
  const listeners = { show: [], hide: [], network: [] }
  const sockets = new Set()
  const files = new Map()
  const seen = { requests: 0, mostRequests: 0, mostSockets: 0, refused: [], bodies: [] }
  let running = 0
  let uploading = 0
  let online = true
  /** In the background for so long that nothing goes out or comes in. */
  let cutOff = false
  let dying = null
  let tapping = false

  const answer = (o, result) => {
    setImmediate(() => {
      if (/:ok$/.test(result.errMsg)) o.success?.(result)
      else o.fail?.(result)
      o.complete?.(result)
    })
  }
  const ok = (api, o = {}, more = {}) => answer(o, { errMsg: `${api}:ok`, ...more })
  const refuse = (api, o, why) => {
    seen.refused.push(`${api}: ${why}`)
    answer(o, { errMsg: `${api}:fail ${why}` })
  }
  const hasReferer = (header) => Object.keys(header || {}).some((name) => name.toLowerCase() === 'referer')

  const privacyListeners = []
  /** The buttons of the kind agreePrivacyAuthorization that were pressed. */
  const pressed = new Set()

  /** Goes on with what is private once that was agreed to; `no` says why not. */
  function whenAgreed(referrer, yes, no) {
    if (!privacy.checked || privacy.agreed) return yes()
    const refusal = 'fail privacy permission is not authorized'
    if (!privacyListeners.length) return no(refusal)
    const answering = ({ event, buttonId }) => {
      onEvent('privacy', { referrer, event })
      if (event === 'agree' && !pressed.has(buttonId)) return no('fail the button was not pressed')
      if (event === 'agree') privacy.agreed = true
      if (event === 'agree') yes()
      else if (event === 'disagree') no(refusal)
    }
    privacyListeners.forEach((f) => f(answering, { referrer }))
  }
  /** One of `wx`'s calls, of what is private. */
  const ofPrivacy = (api, call) => (o) =>
    whenAgreed(
      api,
      () => call(o),
      (why) => answer(o, { errMsg: `${api}:${why}`, errno: 104 }),
    )

  function request(o) {
    const method = (o.method || 'GET').toUpperCase()
    if (!METHODS.includes(method)) return refuse('request', o, `method ${method} is not supported`)
    if (hasReferer(o.header)) return refuse('request', o, 'header Referer cannot be set')
    if (running >= REQUESTS) return refuse('request', o, 'exceed max concurrent requests')
    if (cutOff) return answer(o, { errMsg: 'request:fail interrupted' })
    if (!online) return answer(o, { errMsg: 'request:fail net::ERR_INTERNET_DISCONNECTED' })
    const url = new URL(o.url)
    let body
    if (o.data !== undefined && method === 'GET') {
      for (const [k, v] of Object.entries(typeof o.data === 'string' ? {} : o.data))
        url.searchParams.set(k, v)
    } else if (o.data !== undefined) body = typeof o.data === 'string' ? o.data : JSON.stringify(o.data)
    const headers = { 'content-type': 'application/json', ...o.header }
    // Node leaves it out for a DELETE, and the body would be no part of the request then.
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body)
    running++
    seen.requests++
    if (body !== undefined) seen.bodies.push(body)
    seen.mostRequests = Math.max(seen.mostRequests, running)
    let over = false
    const end = (result) => {
      if (over) return
      over = true
      running--
      answer(o, result)
    }
    const call = (url.protocol === 'https:' ? https : http).request(
      url,
      { method, headers, timeout: o.timeout || 60000 },
      (reply) => {
        const parts = []
        reply.on('data', (part) => parts.push(part))
        reply.on('end', () => {
          let data = Buffer.concat(parts).toString()
          try {
            data = JSON.parse(data)
          } catch {
            // What is no JSON stays text, as in WeChat.
          }
          end({ errMsg: 'request:ok', statusCode: reply.statusCode, header: reply.headers, data })
        })
        reply.on('error', (e) => end({ errMsg: `request:fail ${e.message}` }))
      },
    )
    call.on('timeout', () => {
      end({ errMsg: 'request:fail timeout' })
      call.destroy()
    })
    call.on('error', (e) => end({ errMsg: `request:fail ${e.message}` }))
    call.end(body)
    return { abort: () => call.destroy() }
  }

  /** Fetches a file into memory, under the path that it is given or one of its own. */
  function downloadFile(o) {
    if (hasReferer(o.header)) return refuse('downloadFile', o, 'header Referer cannot be set')
    const url = new URL(o.url)
    ;(url.protocol === 'https:' ? https : http)
      .get(url, { headers: o.header }, (reply) => {
        const parts = []
        reply.on('data', (part) => parts.push(part))
        reply.on('end', () => {
          const path = o.filePath || `wxfile://tmp/${files.size}`
          files.set(path, Buffer.concat(parts))
          onEvent('downloaded', { path: url.pathname, status: reply.statusCode, file: path })
          const where = o.filePath ? { filePath: path } : { tempFilePath: path }
          ok('downloadFile', o, { statusCode: reply.statusCode, ...where })
        })
      })
      .on('error', (e) => answer(o, { errMsg: `downloadFile:fail ${e.message}` }))
  }

  const bytesOf = (path) => files.get(path) || fs.readFileSync(path)

  function uploadFile(o) {
    const listeners = []
    const task = {
      onProgressUpdate: (f) => listeners.push(f),
      abort: () => call?.destroy(new Error('abort')),
    }
    let call = null
    if (hasReferer(o.header)) refuse('uploadFile', o, 'header Referer cannot be set')
    else if (uploading >= REQUESTS) refuse('uploadFile', o, 'exceed max concurrent uploads')
    else if (cutOff) answer(o, { errMsg: 'uploadFile:fail interrupted' })
    else if (!online) answer(o, { errMsg: 'uploadFile:fail net::ERR_INTERNET_DISCONNECTED' })
    else {
      const mark = `----wx${Date.now()}`
      const head = `--${mark}\r\nContent-Disposition: form-data; name="${o.name}"; filename="tmp_1"\r\nContent-Type: application/octet-stream\r\n\r\n`
      const body = Buffer.concat([Buffer.from(head), bytesOf(o.filePath), Buffer.from(`\r\n--${mark}--\r\n`)])
      const type = `multipart/form-data; boundary=${mark}`
      const headers = { ...o.header, 'content-type': type, 'content-length': body.length }
      uploading++
      call = http.request(new URL(o.url), { method: 'POST', headers }, (reply) => {
        const parts = []
        reply.on('data', (part) => parts.push(part))
        reply.on('end', () => {
          uploading--
          // WeChat hands over the text, whatever it is.
          const data = Buffer.concat(parts).toString()
          ok('uploadFile', o, { statusCode: reply.statusCode, header: reply.headers, data })
        })
      })
      call.on('error', (e) => {
        uploading--
        answer(o, { errMsg: `uploadFile:fail ${e.message}` })
      })
      call.end(body)
      setImmediate(() => listeners.forEach((f) => f({ progress: 50 })))
    }
    return task
  }

  /** Speaks what the test laid down, in pieces, and hands over its file in the end. */
  function getRecorderManager() {
    const on = {}
    let began = 0
    const speak = (o) => {
      onEvent('recorder', { format: o.format, rate: o.sampleRate, channels: o.numberOfChannels })
      if (!chosen.voice) return setImmediate(() => on.error?.({ errMsg: 'operateRecorder:fail auth deny' }))
      began = Date.now()
      setImmediate(() => {
        on.start?.()
        const { buffer, byteOffset, length } = Uint8Array.from(fs.readFileSync(chosen.voice))
        on.frame?.({ frameBuffer: buffer.slice(byteOffset, byteOffset + length), isLastFrame: false })
      })
    }
    const stop = () => {
      if (!began) return
      const duration = Date.now() - began
      began = 0
      setImmediate(() => on.stop?.({ tempFilePath: chosen.voice, duration, fileSize: 1 }))
    }
    return {
      onStart: (f) => (on.start = f),
      onStop: (f) => (on.stop = f),
      onError: (f) => (on.error = f),
      onFrameRecorded: (f) => (on.frame = f),
      onInterruptionBegin: (f) => (on.interruption = f),
      start(o) {
        whenAgreed(
          'RecorderManager.start',
          () => speak(o),
          (why) => setImmediate(() => on.error?.({ errMsg: `operateRecorder:${why}` })),
        )
      },
      stop,
    }
  }

  /** Plays in no time: it begins, and ends. */
  function createInnerAudioContext() {
    const on = {}
    const audio = { src: '', currentTime: 0, duration: 0 }
    for (const name of ['Play', 'Pause', 'TimeUpdate', 'Ended', 'Error', 'Canplay'])
      audio[`on${name}`] = (f) => (on[name] = f)
    audio.play = () => {
      onEvent('sound', { src: audio.src, bytes: bytesOf(audio.src).length })
      setImmediate(() => on.Play?.())
      setTimeout(() => on.Ended?.(), 300)
    }
    audio.pause = () => setImmediate(() => on.Pause?.())
    audio.seek = () => undefined
    audio.destroy = () => undefined
    return audio
  }

  function connectSocket(o) {
    const on = { open: [], message: [], close: [], error: [] }
    const tell = (name, value) => socket?.silent || on[name].forEach((listener) => listener(value))
    const task = {
      onOpen: (f) => on.open.push(f),
      onMessage: (f) => on.message.push(f),
      onClose: (f) => on.close.push(f),
      onError: (f) => on.error.push(f),
      send: (p) => socket && socket.send(p.data),
      close: (p = {}) => socket && socket.close(p.code || 1000),
    }
    let socket = null
    if (hasReferer(o.header)) refuse('connectSocket', o, 'header Referer cannot be set')
    else if (sockets.size >= SOCKETS) refuse('connectSocket', o, 'exceed max task count')
    else if (cutOff) answer(o, { errMsg: 'connectSocket:fail interrupted' })
    else if (!online) answer(o, { errMsg: 'connectSocket:fail' })
    else {
      socket = new WebSocket(o.url, o.protocols || [], { headers: o.header })
      sockets.add(socket)
      seen.mostSockets = Math.max(seen.mostSockets, sockets.size)
      socket.on('open', () => tell('open', {}))
      socket.on('message', (data) => tell('message', { data: data.toString() }))
      socket.on('close', (code, reason) => {
        sockets.delete(socket)
        tell('close', { code, reason: reason.toString() })
      })
      socket.on('error', (e) => tell('error', { errMsg: e.message }))
      ok('connectSocket', o)
      return task
    }
    setImmediate(() => tell('error', { errMsg: 'connectSocket:fail' }))
    return task
  }

  const system = {
    language: process.env.APPLET_LANGUAGE || 'zh_CN',
    platform: 'devtools',
    model: 'test',
    brand: 'test',
    system: 'iOS 17.0',
    version: '8.0.50',
    SDKVersion: '3.4.0',
    theme: 'light',
    pixelRatio: 2,
    screenWidth: 390,
    screenHeight: 844,
    windowWidth: 390,
    windowHeight: 844,
    statusBarHeight: 47,
    safeArea: { top: 47, bottom: 810, left: 0, right: 390, width: 390, height: 763 },
  }

  const wx = {
    env: { USER_DATA_PATH: 'wxfile://usr' },
    request,
    downloadFile,
    uploadFile,
    requestSubscribeMessage: (o) => {
      if (!tapping) return refuse('requestSubscribeMessage', o, 'can only be invoked by user TAP gesture.')
      onEvent('subscribe', o.tmplIds)
      if (!chosen.subscribe) return answer(o, { errMsg: 'requestSubscribeMessage:fail', errCode: 20004 })
      ok('requestSubscribeMessage', o, Object.fromEntries(o.tmplIds.map((id) => [id, chosen.subscribe])))
    },
    getRecorderManager,
    createInnerAudioContext,
    setInnerAudioOption: (o) => {
      onEvent('audioOption', o)
      ok('setInnerAudioOption', o)
    },
    onNeedPrivacyAuthorization: (f) => privacyListeners.push(f),
    openPrivacyContract: (o) => {
      onEvent('guide')
      ok('openPrivacyContract', o)
    },
    chooseMedia: ofPrivacy('chooseMedia', (o) =>
      chosen.picture
        ? ok('chooseMedia', o, {
            type: 'image',
            tempFiles: [{ tempFilePath: chosen.picture, size: 1, fileType: 'image' }],
          })
        : answer(o, { errMsg: 'chooseMedia:fail cancel' }),
    ),
    getImageInfo: (o) =>
      ok('getImageInfo', o, { ...chosen.size, path: o.src, orientation: 'up', type: 'png' }),
    compressImage: (o) => {
      onEvent('compressed', { width: o.compressedWidth, height: o.compressedHeight })
      ok('compressImage', o, { tempFilePath: o.src })
    },
    previewImage: (o) => {
      onEvent('preview', { current: o.current, urls: o.urls })
      ok('previewImage', o)
    },
    saveImageToPhotosAlbum: ofPrivacy('saveImageToPhotosAlbum', (o) => {
      onEvent('saved', { bytes: bytesOf(o.filePath).length })
      ok('saveImageToPhotosAlbum', o)
    }),
    openSetting: (o) => ok('openSetting', o),
    shareFileMessage: (o) => {
      onEvent('file', { name: o.fileName, text: String(files.get(o.filePath)) })
      ok('shareFileMessage', o)
    },
    showShareMenu: (o) => ok('showShareMenu', o),
    hideShareMenu: (o) => ok('hideShareMenu', o),
    connectSocket,
    getStorageSync: (key) => (storage.has(key) ? structuredClone(storage.get(key)) : ''),
    setStorageSync: (key, value) => {
      storage.set(key, structuredClone(value))
      saved()
    },
    removeStorageSync: (key) => {
      storage.delete(key)
      saved()
    },
    getStorageInfoSync: () => ({ keys: [...storage.keys()], currentSize: 1, limitSize: 10240 }),
    getSystemInfoSync: () => system,
    getSystemInfo: (o) => ok('getSystemInfo', o, system),
    getWindowInfo: () => system,
    getDeviceInfo: () => system,
    getAppBaseInfo: () => system,
    getSystemSetting: () => ({}),
    getAppAuthorizeSetting: () => ({}),
    getMenuButtonBoundingClientRect: () => ({
      top: 51,
      right: 383,
      bottom: 83,
      left: 296,
      width: 87,
      height: 32,
    }),
    getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    canIUse: () => true,
    login: (o) =>
      chosen.code
        ? ok('login', o, { code: chosen.code })
        : answer(o, { errMsg: 'login:fail the user denied' }),
    nextTick: (f) => setImmediate(f),
    setNavigationBarTitle: (o) => {
      onEvent('title', o.title)
      ok('setNavigationBarTitle', o)
    },
    setClipboardData: ofPrivacy('setClipboardData', (o) => {
      onEvent('clipboard', o.data)
      ok('setClipboardData', o)
    }),
    showToast: (o) => {
      onEvent('toast', o.title)
      ok('showToast', o)
    },
    onNetworkStatusChange: (f) => listeners.network.push(f),
    onAppShow: (f) => listeners.show.push(f),
    onAppHide: (f) => listeners.hide.push(f),
    offAppShow() {},
    offAppHide() {},
    onError() {},
    onUnhandledRejection() {},
    onThemeChange() {},
    onWindowResize() {},
    onMemoryWarning() {},
  }
  for (const name of ['navigateTo', 'redirectTo', 'reLaunch', 'navigateBack', 'switchTab'])
    wx[name] = (o = {}) => {
      setImmediate(() => {
        navigate(name, o)
        ok(name, o)
      })
    }

  return {
    wx,
    seen,
    sockets: () => sockets.size,
    whenAgreed,
    agreeing: (button) => pressed.add(button),
    /** Does what a finger's tap leads to, which uni does in the next turn: some calls are good within it alone. */
    tapping(act) {
      tapping = true
      act()
      setTimeout(() => (tapping = false))
    },
    hide() {
      listeners.hide.forEach((f) => f())
      dying = setTimeout(() => {
        cutOff = true
        for (const socket of sockets) {
          socket.silent = true
          socket.terminate()
        }
      }, BACKGROUND)
    },
    show() {
      clearTimeout(dying)
      cutOff = false
      listeners.show.forEach((f) => f({ path: '', query: {}, scene: 1001 }))
    },
    setOnline(now) {
      online = now
      if (!now) sockets.forEach((socket) => socket.terminate())
      listeners.network.forEach((f) => f({ isConnected: now, networkType: now ? 'wifi' : 'none' }))
    },
  }
}
