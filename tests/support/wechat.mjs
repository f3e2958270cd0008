// A double of WeChat's API: /sns/jscode2session, whose answer is chosen by the code, and what `more` answers: {path: (query,
// body) => JSON}.
import http from 'node:http'

async function json(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
}

/** Starts it. Returns {url, asked: the queries that came, close()}. `answers`: {code: JSON, text, or 'slow'}. */
export async function wechat(answers, more = {}) {
  const asked = []
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://x')
    const query = Object.fromEntries(url.searchParams)
    const body = await json(request)
    asked.push({ path: url.pathname, ...query, ...body })
    const answer = more[url.pathname]
      ? more[url.pathname](query, body)
      : (answers[query.js_code] ?? { errcode: 40029, errmsg: 'invalid code' })
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
