interface NameButtonProps {
  readonly name: string;
  readonly onClick: () => void;
}

/** The name of a row of a table, which opens it. */
export function NameButton({ name, onClick }: NameButtonProps) {
  return (
    <button type="button" className="font-medium underline-offset-2 hover:underline" onClick={onClick}>
      {name}
    </button>
  );
}
