'use client';

import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

interface CodeEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Words that are offered inside of quotes. */
  readonly words?: readonly string[];
  /** What is wrong with the whole, besides that it may be no JSON. */
  readonly check?: (value: string) => string | undefined;
}

/** By the colours of the theme: those that come with the editor cannot be read in the dark. */
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--ground)', color: 'var(--ink)', fontSize: '13px' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--quiet)', border: 'none' },
  '.cm-content': { caretColor: 'var(--ink)', fontFamily: 'var(--font-mono)', minHeight: '120px' },
  '.cm-scroller': { maxHeight: '420px', overflow: 'auto' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--ink)' },
});

const NO_WORDS: readonly string[] = [];

function lint(view: EditorView, check: CodeEditorProps['check']): readonly Diagnostic[] {
  const { length } = view.state.doc;
  if (length === 0) return [];
  const broken = jsonParseLinter()(view);
  if (broken.length > 0) return broken;
  const message = check?.(view.state.doc.toString());
  return message === undefined ? [] : [{ from: 0, to: length, severity: 'error', message }];
}

function complete(context: CompletionContext, words: readonly string[]): CompletionResult | null {
  const word = context.matchBefore(/"\w*/);
  if (!word || words.length === 0) return null;
  return { from: word.from + 1, options: words.map((label) => ({ label, type: 'property' })) };
}

/** Edits JSON. Tab moves on, as everywhere else. */
export default function CodeEditor({ label, value, onChange, words = NO_WORDS, check }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const latest = useRef(value);
  const checked = useRef(check);
  checked.current = check;

  useEffect(() => {
    if (!place.current) return undefined;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          json(),
          linter((current) => lint(current, checked.current)),
          autocompletion({ override: [(context) => complete(context, words)] }),
          lintGutter(),
          syntaxHighlighting(colours),
          theme,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            latest.current = update.state.doc.toString();
            changed.current(latest.current);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label, words]);

  useEffect(() => {
    // Changed from elsewhere, as by a preset.
    if (!view.current || value === latest.current) return;
    latest.current = value;
    view.current.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={place} className="overflow-hidden rounded-md border" />;
}
