// A headless Chromium, where the machine has one.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'

const executable = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => process.env.PATH.split(':').map((dir) => path.join(dir, name)))
  .find(existsSync)

// missing says why there is no browser; it is false when there is one.
export const missing = executable ? false : 'no Chromium on this machine; install chromium, and it runs'

// open opens a page, and closes the browser with the test. A failing test leaves what it saw in the folder shots.
export async function open(t, url) {
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && !message.location().url.endsWith('/favicon.ico') && problems.push(`${message.text()} ${message.location().url}`))
  const hosts = new Set()
  page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).host))
  await page.goto(url)
  return { page, problems, hosts }
}
