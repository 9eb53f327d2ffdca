import { classNames } from '../../lib/class-names.ts';
import { CopyButton } from './copy-button.tsx';

interface CodeBlockProps {
  readonly text: string;
  readonly label: string;
  readonly className?: string;
}

/** Text to read and to take along. It can be scrolled by keyboard. */
export function CodeBlock({ text, label, className }: CodeBlockProps) {
  return (
    <div className="relative min-w-0">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={classNames(
          'max-h-96 overflow-auto rounded-md bg-sunken p-3 pr-24 font-mono text-xs leading-relaxed whitespace-pre-wrap wrap-anywhere',
          className,
        )}
      >
        {text}
      </pre>
      <div className="absolute top-2 right-2">
        <CopyButton text={text} />
      </div>
    </div>
  );
}
