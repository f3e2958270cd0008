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
  'notice.offer': 'Nobody is there just now. WeChat can tell you, once, when a stranger waits.',
  'notice.offer.note':
    'For this we keep the number that WeChat has for you until the message is sent, a day at most.',
  'notice.ask': 'Tell me when a stranger waits',
  'notice.on': 'WeChat tells you when a stranger waits: once, within a day. Looking again ends this.',
  'notice.drop': 'Rather not',
  'error.notice_refused': 'You did not allow the message, so you will not be told. You can go on looking.',
  'error.notice_off':
    'WeChat does not let Driftline send you messages. You can allow it in this applet’s settings in WeChat.',
  'share.square': 'Rooms that are open to anyone, behind a mask',
  'error.privacy_refused': 'Not done, since you did not agree to it.',
}
