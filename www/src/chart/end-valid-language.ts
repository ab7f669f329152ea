// Imported right after uPlot: takes back what `begin-valid-language.ts` did. Modules are evaluated in the order of their
// imports and without a pause, so no other script of the page sees anything of it.

if (Object.hasOwn(navigator, 'language')) Reflect.deleteProperty(navigator, 'language');
