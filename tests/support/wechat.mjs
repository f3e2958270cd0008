// A double of WeChat's API: /sns/jscode2session, whose answer is chosen by the code.
import http from 'node:http'

/** Starts it. Returns {url, asked: the queries that came, close()}. `answers`: {code: JSON, text, or 'slow'}. */
export async function wechat(answers) {
  const asked = []
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://x')
    asked.push({ path: url.pathname, ...Object.fromEntries(url.searchParams) })
    const answer = answers[url.searchParams.get('js_code')] ?? { errcode: 40029, errmsg: 'invalid code' }
    if (answer === 'slow') return
    if (answer === 'cut') return request.socket.destroy()
    const status = typeof answer === 'number' ? answer : 200
    response.writeHead(status, { 'content-type': 'text/plain' }) // as WeChat does
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return {
    url: 'http://127.0.0.1:' + server.address().port,
    asked,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
