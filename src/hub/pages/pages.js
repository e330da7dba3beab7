/** Fetches the page again every two seconds while its content says it may change; what was open stays open. */
const pauseMs = 2000

async function refresh() {
  const shown = document.getElementById('content')
  if (shown?.dataset['live'] !== 'yes') return
  const next = await fetchPage()
  if (next) replaceContent(shown, next)
  setTimeout(refresh, pauseMs)
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
  const focused = document.activeElement?.closest('details')?.id
  shown.replaceWith(fresh)
  document.title = next.title
  if (focused) document.getElementById(focused)?.querySelector('summary')?.focus({ preventScroll: true })
}

setTimeout(refresh, pauseMs)
