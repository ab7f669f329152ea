/** Resolves when `<entrenar-dashboard>` is defined; at once on a server, where there are no elements. Rejects with what kept it from loading. */
export declare const defined: Promise<void>;

/** What goes on in the experiment that is shown: the detail of the event `entrenar-activity`. */
export interface Activity {
  /** Its name; nothing where there is no experiment to show yet. */
  experiment?: string;
  /** How many of its runs go on. */
  running: number;
}

/** The events of the element, beside those that every element has. */
export interface EntrenarDashboardEventMap extends HTMLElementEventMap {
  /** Another experiment is shown, or a run of it began or ended. It bubbles, and leaves shadow trees. */
  'entrenar-activity': CustomEvent<Activity>;
}

/**
 * The dashboard of one database, live: it shows what this page logs at once, and what other tabs and workers log within a moment. Nothing
 * here throws: what goes wrong is said in the element.
 */
export interface EntrenarDashboard extends HTMLElement {
  /** The database's name; `'entrenar'` unless given. The attribute `database` says the same. */
  database: string | undefined;
  /**
   * The name or the id of the experiment that is shown first, which need not be there yet; the newest one unless given. The attribute
   * `experiment` says the same.
   */
  experiment: string | undefined;
  /** Whether what is being looked at is kept in the page's address; `false` unless given. The attribute `address` says the same. */
  address: boolean;
  /** Sees to it that a run, such as one that was begun a moment ago, is among what is shown; and its experiment is. */
  showRun(run: { experiment_id: string; run_id: string }): void;
  /** Calls back when the event comes, as with every element. */
  addEventListener<Name extends keyof EntrenarDashboardEventMap>(
    type: Name,
    listener: (this: EntrenarDashboard, event: EntrenarDashboardEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Calls back when the event comes, as with every element. */
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  /** Calls back no more. */
  removeEventListener<Name extends keyof EntrenarDashboardEventMap>(
    type: Name,
    listener: (this: EntrenarDashboard, event: EntrenarDashboardEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Calls back no more. */
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/** What the tag takes, beside what every element does. */
export interface EntrenarDashboardAttributes {
  /** The database's name; `'entrenar'` unless given. */
  database?: string;
  /** The name or the id of the experiment that is shown first, which need not be there yet; the newest one unless given. */
  experiment?: string;
  /** Whether what is being looked at is kept in the page's address. */
  address?: boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-dashboard': EntrenarDashboard;
  }
}
