//! entrenar: the experiment tracker that lives in the browser.
