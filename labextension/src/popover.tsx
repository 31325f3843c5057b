/** The dialog under the pill: opens, places itself, keeps the focus while it is open and gives it back. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { PopoverBody } from './body';
import type { SeedPanel } from './panel';

import '../style/popover.css';

const GAP = 4;
const FOCUSABLE = 'button:not(:disabled), input:not(:disabled), summary, a[href]';

let shown: Popover | null = null;

/** Open a notebook's popover under a button, or close it. */
export function togglePopover(seed: SeedPanel, anchor: HTMLElement): void {
  const before = shown;
  before?.close();
  if (before?.seed !== seed) {
    shown = new Popover(seed, anchor);
    Widget.attach(shown, document.body);
  }
}

class Popover extends ReactWidget {
  constructor(
    readonly seed: SeedPanel,
    private readonly _anchor: HTMLElement
  ) {
    super();
    this.addClass('jp-ThemedContainer');
    this.addClass('seednb-ui');
    this.addClass('seednb-popover');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', seed.trans.__('Seed of this notebook'));
    seed.disposed.connect(this.close, this);
    seed.changed.connect(this._keepFocus, this);
  }

  /** Handle the events that `onAfterAttach` asks for. */
  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent) {
      this._onKey(event);
    } else if (event.type === 'pointerdown' || event.type === 'focusin') {
      this._onOutside(event);
    } else {
      this._place();
    }
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this.seed.changed}>
        {() => <PopoverBody seed={this.seed} close={() => this.close()} />}
      </UseSignal>
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._anchor.setAttribute('aria-expanded', 'true');
    this.node.addEventListener('keydown', this);
    document.addEventListener('pointerdown', this, true);
    document.addEventListener('focusin', this, true);
    window.addEventListener('resize', this);
    void this.renderPromise?.then(() => {
      this._place();
      this._focusable()[0]?.focus();
    });
  }

  protected override onBeforeDetach(message: Message): void {
    this._anchor.removeAttribute('aria-expanded');
    this.node.removeEventListener('keydown', this);
    document.removeEventListener('pointerdown', this, true);
    document.removeEventListener('focusin', this, true);
    window.removeEventListener('resize', this);
    super.onBeforeDetach(message);
  }

  protected override onCloseRequest(message: Message): void {
    const inside = this.node.contains(document.activeElement);
    super.onCloseRequest(message);
    this.dispose();
    shown = shown === this ? null : shown;
    if (inside && this._anchor.isConnected) {
      this._anchor.focus();
    }
  }

  /** What had the focus may be gone after a change: a loaded kernel has no button to load it. */
  private _keepFocus(): void {
    requestAnimationFrame(() => {
      if (this.isAttached && document.activeElement === document.body) {
        this._focusable()[0]?.focus();
      }
    });
  }

  /** Put the dialog under its button, inside the window. */
  private _place(): void {
    if (!this._anchor.isConnected) {
      this.close();
      return;
    }
    const button = this._anchor.getBoundingClientRect();
    const left = Math.min(button.left, window.innerWidth - this.node.offsetWidth - GAP);
    const top = button.bottom + GAP;
    this.node.style.left = `${Math.max(GAP, left)}px`;
    this.node.style.top = `${top}px`;
    this.node.style.maxHeight = `${window.innerHeight - top - GAP}px`;
  }

  /** A press elsewhere closes the dialog. While a notebook opens, JupyterLab gives it the focus, which nobody asked for. */
  private _onOutside(event: Event): void {
    const target = event.target as Node;
    if (this.node.contains(target) || this._anchor.contains(target)) {
      return;
    }
    if (event instanceof FocusEvent && this.seed.panel.content.node.contains(target)) {
      const before = event.relatedTarget;
      (before instanceof HTMLElement && this.node.contains(before) ? before : this._focusable()[0])?.focus();
    } else {
      this.close();
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Tab') {
      const items = this._focusable();
      const edge = event.shiftKey ? items[0] : items[items.length - 1];
      const other = event.shiftKey ? items[items.length - 1] : items[0];
      if (document.activeElement === edge || !this.node.contains(document.activeElement)) {
        event.preventDefault();
        other?.focus();
      }
    }
  }

  private _focusable(): HTMLElement[] {
    return [...this.node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      item => item.tabIndex >= 0 && item.offsetParent !== null
    );
  }
}
