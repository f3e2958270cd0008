/** English of what only the applet has to say. */
export const wechatEn = {
  'privacy.title': 'May we?',
  'privacy.ask.avatar':
    'WeChat hands over the picture that you choose next. It becomes the picture of your profile here, and is sent to this service alone.',
  'privacy.ask.nickname':
    'WeChat may offer your nickname while you type. It is used only if you pick it and save it.',
  'privacy.ask.voice': 'For a voice message the microphone is on while you record, and at no other time.',
  'privacy.ask.album': 'The picture that you chose is written to your album. Nothing in it is read.',
  'privacy.ask.pictures':
    'WeChat hands over the pictures that you choose or take next, to be sent to this chat. No others are seen.',
  'privacy.ask.clipboard': 'What you copy is put on the clipboard. What is on it already is not read.',
  'privacy.ask.other': 'WeChat asks before it hands over what you have just chosen to use.',
  'privacy.ask.free': 'You can refuse: everything else works without it.',
  'privacy.guide': 'Read the privacy guide',
  'privacy.guide.failed': 'The guide could not be opened. Try again.',
  'privacy.agree': 'Agree and go on',
  'privacy.refuse': 'Refuse',
  'privacy.refused.title': 'Then not',
  'privacy.refused.avatar': 'Your picture was not changed.',
  'privacy.refused.nickname': 'WeChat does not offer your nickname. You can type any other.',
  'privacy.refused.voice': 'Nothing was recorded.',
  'privacy.refused.album': 'The picture was not saved.',
  'privacy.refused.pictures': 'No picture was chosen.',
  'privacy.refused.clipboard': 'Nothing was copied.',
  'privacy.refused.other': 'It was not done.',
  'privacy.refused.rest': 'Everything else works as before. You are asked again when you next try.',
  'privacy.refused.close': 'All right',
  'error.privacy_refused': 'Not done, since you did not agree to it.',
}
