'use client';

import { ImagePlus, Plus, Trash2, X } from 'lucide-react';
import { type ClipboardEvent, type DragEvent, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { SelectField, TextArea, TextField } from '../../components/ui/field.tsx';
import type { Message } from './prompt.ts';

interface MessageListProps {
  readonly messages: readonly Message[];
  readonly onChange: (messages: readonly Message[]) => void;
}

const ROLES = ['user', 'assistant', 'tool'] as const;

function ofRole(role: string, text: string): Message {
  if (role === 'assistant') return { role, text, calls: [] };
  if (role === 'tool') return { role, text, callId: '', name: '', isError: false };
  return { role: 'user', text, images: [] };
}

export function MessageList({ messages, onChange }: MessageListProps) {
  const t = useTranslations('playground');
  const put = (at: number, message: Message): void =>
    onChange(messages.map((one, place) => (place === at ? message : one)));
  const nextRole = messages.at(-1)?.role === 'user' ? 'assistant' : 'user';
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-2 font-medium">{t('messages')}</legend>
      {messages.map((message, at) => (
        <MessageEditor
          key={at}
          message={message}
          number={at + 1}
          onChange={(next) => put(at, next)}
          onRemove={
            messages.length > 1 ? () => onChange(messages.filter((_, place) => place !== at)) : undefined
          }
        />
      ))}
      <Button kind="quiet" onClick={() => onChange([...messages, ofRole(nextRole, '')])}>
        <Plus size={16} aria-hidden /> {t('addMessage')}
      </Button>
    </fieldset>
  );
}

interface MessageEditorProps {
  readonly message: Message;
  readonly number: number;
  readonly onChange: (message: Message) => void;
  readonly onRemove: (() => void) | undefined;
}

function MessageEditor({ message, number, onChange, onRemove }: MessageEditorProps) {
  const t = useTranslations('playground');
  const files = useRef<HTMLInputElement>(null);
  const addImages = async (list: FileList | null): Promise<void> => {
    if (message.role !== 'user' || !list) return;
    const images = await Promise.all(
      [...list].filter(({ type }) => type.startsWith('image/')).map(toDataUrl),
    );
    if (images.length > 0) onChange({ ...message, images: [...message.images, ...images] });
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    void addImages(event.clipboardData.files);
  };
  const onDrop = (event: DragEvent): void => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    void addImages(event.dataTransfer.files);
  };
  return (
    <div className="grid gap-2 rounded-md border p-3">
      <div className="flex items-end justify-between gap-2">
        <div className="w-36">
          <SelectField
            label={t('role', { number })}
            value={message.role}
            options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
            onChange={(role) => onChange(ofRole(role, message.text))}
          />
        </div>
        <span className="flex">
          {message.role === 'user' && (
            <IconButton label={t('addImage')} onClick={() => files.current?.click()}>
              <ImagePlus size={18} />
            </IconButton>
          )}
          {onRemove && (
            <IconButton label={t('removeMessage', { number })} onClick={onRemove}>
              <Trash2 size={18} />
            </IconButton>
          )}
        </span>
      </div>
      {message.role === 'tool' && (
        <div className="grid grid-cols-2 gap-2">
          <TextField
            label={t('callId')}
            value={message.callId}
            onChange={(event) => onChange({ ...message, callId: event.target.value })}
          />
          <TextField
            label={t('toolName')}
            value={message.name}
            onChange={(event) => onChange({ ...message, name: event.target.value })}
          />
        </div>
      )}
      <TextArea
        label={t('text', { number })}
        rows={message.role === 'user' ? 4 : 2}
        value={message.text}
        onChange={(event) => onChange({ ...message, text: event.target.value })}
        onPaste={onPaste}
        onDrop={onDrop}
      />
      {message.role === 'user' && (
        <>
          <input
            ref={files}
            type="file"
            accept="image/*"
            multiple
            hidden
            aria-label={t('addImage')}
            onChange={(event) => void addImages(event.target.files)}
          />
          {message.images.length > 0 && (
            <ul className="flex flex-wrap gap-2">
              {message.images.map((image, at) => (
                <li key={at} className="relative">
                  {image.startsWith('data:') ? (
                    <img src={image} alt={t('image', { number: at + 1 })} className="h-20 rounded border" />
                  ) : (
                    <code className="text-xs">{image.slice(0, 60)}</code>
                  )}
                  <IconButton
                    label={t('removeImage', { number: at + 1 })}
                    className="absolute -top-2 -right-2 bg-surface"
                    onClick={() =>
                      onChange({ ...message, images: message.images.filter((_, place) => place !== at) })
                    }
                  >
                    <X size={14} />
                  </IconButton>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {message.role === 'assistant' &&
        message.calls.map((call, at) => (
          <code key={at} className="block rounded bg-sunken p-2 font-mono text-xs wrap-anywhere">
            {call.name}({call.arguments})
          </code>
        ))}
    </div>
  );
}

function toDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The file could not be read.')));
    reader.readAsDataURL(file);
  });
}
