/**
 * While the page is in view and its content says it may change, fetches it again every two seconds. What was open stays
 * open, what was scrolled to stays in view, and a log that stood at its end follows it.
 */
const pauseMs = 2000

/** Pixels: zoomed pages scroll in fractions. */
const nearEnd = 8

async function refresh() {
  const shown = document.getElementById('content')
  if (shown?.dataset['live'] !== 'yes') return
  const next = document.hidden || isReading(shown) ? null : await fetchPage()
  if (next) replaceContent(shown, next)
  setTimeout(refresh, pauseMs)
}

/** Text that somebody has marked, to copy it, must not vanish. */
function isReading(shown) {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && shown.contains(selection.anchorNode)
}

/** null while the hub cannot be reached: the page as it is says more than an error would. */
async function fetchPage() {
  try {
    const answer = await fetch(location.href)
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null
  } catch {
    return null
  }
}

function replaceContent(shown, next) {
  const fresh = next.getElementById('content')
  if (!fresh) return
  const wasOpen = new Map([...shown.querySelectorAll('details')].map(part => [part.id, part.open]))
  for (const part of fresh.querySelectorAll('details')) part.open = wasOpen.get(part.id) ?? part.open
  const places = new Map([...shown.querySelectorAll('.log')].map(log => [log.parentElement?.id, place(log)]))
  const focused = focusKey(document.activeElement)
  shown.replaceWith(fresh)
  document.title = next.title
  for (const log of fresh.querySelectorAll('.log')) {
    log.scrollTop = places.get(log.parentElement?.id) ?? log.scrollHeight
  }
  const parts = [...fresh.querySelectorAll('summary, a, .log')]
  parts.find(part => focusKey(part) === focused)?.focus({ preventScroll: true })
}

/** Where a log is read; null at its end, and while it is folded away. */
function place(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight <= nearEnd ? null : log.scrollTop
}

/** What finds an element that can have the focus in the next copy of the page. */
function focusKey(element) {
  return element?.getAttribute('href') ?? `${element?.tagName} of ${element?.parentElement?.id}`
}

for (const log of document.querySelectorAll('.log')) log.scrollTop = log.scrollHeight
// A step that is unfolded by hand shows its end, too; `toggle` does not bubble.
document.addEventListener(
  'toggle',
  event => {
    const log = event.target.querySelector?.('.log')
    if (log && log.scrollTop === 0) log.scrollTop = log.scrollHeight
  },
  true,
)
setTimeout(refresh, pauseMs)
