// Before anything is painted: a demo that was folded away is not seen for a moment. The rest is in demo-fold.ts.
try {
  document.documentElement.dataset.demo = localStorage.getItem('entrenar-page:demo') || 'open';
} catch {
  document.documentElement.dataset.demo = 'open';
}
