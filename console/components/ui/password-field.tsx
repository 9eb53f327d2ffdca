interface PasswordFieldProps {
  readonly label: string;
  readonly name: string;
}

export function PasswordField({ label, name }: PasswordFieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input name={name} type="password" autoComplete="current-password" required />
    </label>
  );
}
