// tsyringe needs this polyfill at import, even without decorators; its own module keeps it first.
import 'reflect-metadata';
