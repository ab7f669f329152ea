// Imported right before uPlot, which makes an `Intl.NumberFormat` of `navigator.language` when it loads and throws where that
// is no valid tag (WebKit under a C locale says `en-US@posix`). Until uPlot has loaded, such a browser speaks English.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
